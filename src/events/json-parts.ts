import { type JsonObject, objectOf, parseJson } from './json-object.ts';

export const ID_LENGTH = 32;

/** A part made whole: undefined where it is no object, or has other members, which would say something of another part. */
export function readObject(json: string, members: readonly string[]): JsonObject | undefined {
  const object = objectOf(parseJson(json));
  return object !== undefined && hasOnly(object, members) ? object : undefined;
}

/** And the member without a name, which was put there to make a part whole. */
export function hasOnly(object: JsonObject, members: readonly string[]): boolean {
  return Object.keys(object).every((name) => name === '' || members.includes(name));
}
