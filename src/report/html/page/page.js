// Sorts and filters the tables of callers. Without it everything is there, in the order of what to fix first.
(() => {
  const filter = document.getElementById('filter');
  const words = document.getElementById('words');
  const shown = document.getElementById('shown');
  const none = document.getElementById('none');
  if (!(words instanceof HTMLInputElement) || filter === null || shown === null || none === null) return;
  const tables = [...document.querySelectorAll('table.callers')].flatMap((table) => {
    const body = table instanceof HTMLTableElement ? table.tBodies[0] : undefined;
    if (body === undefined) return [];
    return [{ table, body, rows: [...body.rows], fits: table.closest('details')?.querySelector('.fits') }];
  });
  const total = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  const choices = [...filter.querySelectorAll('button')];
  let status = '';

  /** @param {number} value */
  const number = (value) => value.toLocaleString('en');

  /** @param {HTMLTableRowElement} row */
  const sectionOf = (row) => {
    const id = row.dataset.section;
    return id === undefined ? null : document.getElementById(id)?.closest('details');
  };

  /** What a row can be found by, made when it is first asked for. @type {Map<HTMLTableRowElement, string>} */
  const texts = new Map();
  /** @param {HTMLTableRowElement} row */
  const textOf = (row) => {
    let text = texts.get(row);
    if (text === undefined) {
      text = `${row.textContent} ${sectionOf(row)?.textContent ?? ''}`.toLowerCase();
      texts.set(row, text);
    }
    return text;
  };

  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { rows, fits } of tables) {
      const before = count;
      for (const row of rows) {
        const isShown =
          (status === '' || row.dataset.status === status) &&
          wanted.every((word) => textOf(row).includes(word));
        row.hidden = !isShown;
        const section = sectionOf(row);
        if (section) section.hidden = !isShown;
        if (isShown) count++;
      }
      if (fits) fits.textContent = count - before === rows.length ? '' : `${number(count - before)} shown`;
    }
    none.hidden = count > 0;
    shown.textContent =
      count === total ? `All ${number(total)} shown` : `${number(count)} of ${number(total)} shown`;
  };

  let waiting = 0;
  words.addEventListener('input', () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(apply, 80);
  });
  for (const choice of choices) {
    choice.addEventListener('click', () => {
      status = choice.dataset.status ?? '';
      for (const other of choices) other.setAttribute('aria-pressed', String(other === choice));
      apply();
    });
  }

  const collator = new Intl.Collator('en', { numeric: true });

  /** @param {HTMLTableRowElement[]} rows @param {number} column @param {boolean} numeric @param {boolean} ascending */
  const sorted = (rows, column, numeric, ascending) => {
    const keyed = rows.map((row, rank) => {
      const cell = row.cells[column];
      return {
        row,
        rank,
        text: numeric ? '' : (cell?.textContent ?? ''),
        value: Number(cell?.dataset.value ?? 0),
      };
    });
    keyed.sort((a, b) => {
      const difference = numeric ? a.value - b.value : collator.compare(a.text, b.text);
      return (ascending ? difference : -difference) || a.rank - b.rank;
    });
    return keyed.map(({ row }) => row);
  };

  for (const { table, body, rows } of tables) {
    const titles = [...table.querySelectorAll('thead th')];
    for (const [column, title] of titles.entries()) {
      if (!(title instanceof HTMLElement)) continue;
      const numeric = title.dataset.sort === 'number';
      const isCount = title.classList.contains('count');
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...title.childNodes);
      title.append(button);
      button.addEventListener('click', () => {
        const before = title.getAttribute('aria-sort');
        // Of numbers of calls, the greatest are looked for.
        const ascending = before === null ? !isCount : before === 'descending';
        for (const other of titles) other.removeAttribute('aria-sort');
        title.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
        body.append(...sorted(rows, column, numeric, ascending));
      });
    }
  }

  const expand = document.getElementById('expand');
  const sections = [...document.querySelectorAll('details.caller')];
  /** @param {boolean} open */
  const openAll = (open) => {
    for (const section of sections) section.toggleAttribute('open', open);
  };
  if (expand !== null) {
    expand.hidden = false;
    expand.addEventListener('click', () => {
      const open = expand.textContent === 'Open all';
      openAll(open);
      expand.textContent = open ? 'Close all' : 'Open all';
    });
  }

  // For browsers whose style cannot open what is closed (::details-content).
  /** @type {Element[]} */
  let opened = [];
  window.addEventListener('beforeprint', () => {
    if (CSS.supports('selector(::details-content)')) return;
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const one of opened) one.toggleAttribute('open', true);
  });
  window.addEventListener('afterprint', () => {
    for (const one of opened) one.toggleAttribute('open', false);
    opened = [];
  });

  filter.hidden = false;
  apply();
})();
