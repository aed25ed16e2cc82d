/** Names that systems give: of these nobody learns more than what kind of interface it is. */
const USUAL =
  /^(?:any|lo\d{0,2}|sockets|(?:eth|wlan|en|bond|team|docker|podman|cni|virbr|tun|tap|utun|wg|dummy|ifb|pimreg)\d{1,4}|en[so]\d{1,4}|enp\d{1,3}s\d{1,3}(?:f\d{1,2})?|br-[\da-f]{12}|veth[\da-f]{1,11}|(?:eni|cali|lxc|nodelocal)[\da-f]{1,12})$/;
/** As many as a reader numbers in a section. */
const MAX_NAMES = 4096;

/** Names of interfaces as they may be handed on: usual ones, and numbers in the place of all others. */
export class InterfaceNames {
  readonly #numbers = new Map<string, string>();

  /** How many names were replaced. */
  get replaced(): number {
    return this.#numbers.size;
  }

  of(name: string): string {
    if (USUAL.test(name)) return name;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#numbers.size >= MAX_NAMES) return 'interface';
    const number = `interface-${this.#numbers.size + 1}`;
    this.#numbers.set(name, number);
    return number;
  }
}
