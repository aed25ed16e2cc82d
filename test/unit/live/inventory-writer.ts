/**
 * A process that adds callers and writes the inventory in FOLDER, again and again, as fast as it can; prints a line
 * after each time. It is to be killed.
 */
import { Inventory } from '../../../src/live/inventory/inventory.ts';
import { InventoryFile } from '../../../src/live/inventory/inventory-file.ts';
import { attributed, PYTHON, TIME } from '../report/samples.ts';

const [folder = ''] = process.argv.slice(2);
const file = new InventoryFile(folder, undefined);
await file.prepare();
const inventory = new Inventory();
const saved = await file.read((caller) => inventory.restore(caller));
if (saved?.damage !== undefined) throw new Error(saved.damage);
for (let number = inventory.size; ; number++) {
  const process = {
    ...PYTHON,
    pid: 1 + (number % 4_000_000),
    args: ['python3', `/opt/${number}.py`, 'x'.repeat(200)],
  };
  inventory.add(attributed({}, process));
  await file.write(inventory.text(TIME));
  console.log(number);
}
