import { endpointText } from '../endpoints.ts';
import type {
  AttributedCall,
  ContainerFacts,
  Host,
  ImdsCall,
  Process,
  ProcessFacts,
  ProcessIdentity,
} from '../model.ts';
import { escapeJson, jsonString } from './escape.ts';
import { entityId, eventId } from './event-id.ts';
import { type ProcessView, ProcessViews } from './process-view.ts';
import { isoNanoseconds } from './time.ts';
import { Memo, viewHeader, viewUrl } from './url.ts';

const ECS_VERSION = '8.17.0';

/** ECS `event.outcome`: what the endpoint's status says, and nothing where none was seen. */
export function outcomeOf(status: number | undefined): 'success' | 'failure' | 'unknown' {
  if (status === undefined) return 'unknown';
  return status < 400 ? 'success' : 'failure';
}

/** From the request's last byte to the response's first, in nanoseconds. */
export function durationOf(call: ImdsCall): bigint | undefined {
  if (call.requestEnd === undefined || call.responseTime === undefined) return undefined;
  const duration = call.responseTime - call.requestEnd;
  return duration < 0n ? undefined : duration;
}

interface ProcessFragments {
  /** What they were made of; another object where more is known by now. */
  facts: ProcessFacts;
  ancestors: string;
  /** Members of `attribution`: what started it, and the timer; each with a comma before it. */
  started: string;
  process: string;
  /** package, container, orchestrator and service, each with a comma before it. */
  scope: string;
}

/**
 * Calls as events of the Elastic Common Schema, one JSON object each (schemas/call.schema.json). What is
 * not known is absent. Objects that recur (processes, hosts, URLs) are kept as finished JSON.
 */
export class EventFormatter {
  readonly #views: ProcessViews;
  readonly #fragments = new WeakMap<ProcessView, ProcessFragments>();
  /** By the list, which the processes of one parent share. */
  readonly #ancestors = new WeakMap<Process['ancestors'], string>();
  readonly #hosts = new WeakMap<Host, string>();
  readonly #urls = new Memo(urlJson);
  readonly #headers = new Memo((value) => jsonString(viewHeader(value)));
  readonly #names = new Memo(jsonString);

  constructor(views = new ProcessViews()) {
    this.#views = views;
  }

  /** The object, without a line end. */
  format(attributed: AttributedCall): string {
    const { call, attribution } = attributed;
    const process = attributed.process && this.#process(attributed.process, attributed.host);
    const { reason } = attribution;
    return (
      `{"@timestamp":"${isoNanoseconds(call.time)}","ecs":{"version":"${ECS_VERSION}"},` +
      `"event":${eventJson(attributed)},"imds":${this.#imds(attributed, process?.ancestors)}` +
      `${this.#http(call)}${call.target === undefined ? '' : `,"url":${this.#urls.get(call.target)}`}` +
      (call.userAgent === undefined
        ? ''
        : `,"user_agent":{"original":${this.#headers.get(call.userAgent)}}`) +
      `,"network":{"transport":"tcp","type":"${call.endpoint.family === 6 ? 'ipv6' : 'ipv4'}"` +
      `${call.method === undefined ? '' : ',"protocol":"http"'}}` +
      (call.client.address === ''
        ? ''
        : `,"source":{"ip":${this.#names.get(call.client.address)},"port":${call.client.port}}`) +
      `,"destination":{"ip":${this.#names.get(call.endpoint.address)},"port":${call.endpoint.port}}` +
      `${process?.process ?? ''}${process?.scope ?? ''}` +
      `${attributed.host === undefined ? '' : this.#host(attributed.host)}` +
      `,"attribution":{"source":"${attribution.source}","match":"${attribution.match}"` +
      `${reason === undefined ? '' : `,"reason":${this.#headers.get(reason)}`}${process?.started ?? ''}}}`
    );
  }

  #imds({ call, session, capture }: AttributedCall, ancestors: string | undefined): string {
    const fields = [];
    if (call.version !== undefined) fields.push(`"version":"${call.version}"`);
    if (call.operation !== undefined) fields.push(`"operation":"${call.operation}"`);
    fields.push(`"endpoint":${this.#names.get(endpointText(call.endpoint))}`);
    if (call.pathClass !== undefined) fields.push(`"path_class":"${call.pathClass}"`);
    // Of a saved event, it is what anybody wrote there.
    if (call.unknownReason !== undefined)
      fields.push(`"unknown_reason":${this.#names.get(call.unknownReason)}`);
    if (call.hint !== undefined) fields.push(`"hint":${this.#headers.get(call.hint)}`);
    if (call.forwardedFor !== undefined)
      fields.push(`"forwarded_for":${this.#headers.get(call.forwardedFor)}`);
    if (call.tokenTtl !== undefined) fields.push(`"token_ttl":${call.tokenTtl}`);
    if (call.responseTtl !== undefined) fields.push(`"response_ttl":${call.responseTtl}`);
    // A recording is known by its session id wherever its files are; only a capture without one has but its name.
    fields.push(`"${session === capture ? 'capture' : 'session'}":${this.#names.get(session)}`);
    if (ancestors !== undefined) fields.push(`"ancestors":${ancestors}`);
    return `{${fields.join(',')}}`;
  }

  #http(call: ImdsCall): string {
    const fields = [];
    if (call.httpVersion !== undefined) fields.push(`"version":${this.#headers.get(call.httpVersion)}`);
    if (call.method !== undefined) fields.push(`"request":{"method":${this.#headers.get(call.method)}}`);
    if (call.status !== undefined) fields.push(`"response":{"status_code":${call.status}}`);
    return fields.length === 0 ? '' : `,"http":{${fields.join(',')}}`;
  }

  #process(process: Process, host: Host | undefined): ProcessFragments {
    const view = this.#views.view(process);
    const facts = this.#views.facts(process);
    let fragments = this.#fragments.get(view);
    if (fragments?.facts !== facts) {
      fragments = processFragments(view.process, facts, this.#ancestorsOf(view.process), host);
      this.#fragments.set(view, fragments);
    }
    return fragments;
  }

  #ancestorsOf({ ancestors }: Process): string {
    let fragment = this.#ancestors.get(ancestors);
    if (fragment === undefined) {
      fragment = stringify(ancestors.map(identityFields));
      this.#ancestors.set(ancestors, fragment);
    }
    return fragment;
  }

  #host(host: Host): string {
    let fragment = this.#hosts.get(host);
    if (fragment === undefined) {
      const boot = host.bootId ? { id: host.bootId } : undefined;
      const fields = { id: host.id || undefined, name: host.name || undefined, boot };
      const known = Object.values(fields).some((value) => value !== undefined);
      fragment = known ? `,"host":${stringify(fields)}` : '';
      this.#hosts.set(host, fragment);
    }
    return fragment;
  }
}

/** JSON of an object whose undefined members are left out. */
function stringify(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

function eventJson(attributed: AttributedCall): string {
  const { call } = attributed;
  const isAttempt = call.operation === 'attempt';
  const duration = durationOf(call);
  return (
    `{"id":"${eventId(attributed)}","kind":"event","category":["network"],` +
    `"type":["${isAttempt ? 'connection' : 'access'}"],"module":"imds","dataset":"imds.calls",` +
    `"action":"${isAttempt ? 'imds-attempt' : 'imds-request'}","outcome":"${outcomeOf(call.status)}"` +
    `${duration === undefined ? '' : `,"duration":${duration}`}}`
  );
}

function urlJson(target: string): string {
  return stringify(viewUrl(target));
}

function processFragments(
  process: Process,
  facts: ProcessFacts,
  ancestors: string,
  host: Host | undefined,
): ProcessFragments {
  const [parent] = process.ancestors;
  const { namedBy, startedFrom, timer, userName } = facts;
  const hasUser = process.userId !== undefined || userName !== undefined;
  return {
    facts,
    ancestors,
    started:
      member('started_from', startedFrom && jsonString(startedFrom)) +
      member('timer', timer && jsonString(timer)) +
      member('named_by_user', namedBy && jsonString(namedBy)),
    process: `,"process":${stringify({
      pid: process.pid,
      entity_id: entityId(host, process),
      name: process.name,
      args: process.args,
      executable: process.executable,
      start: process.startTime === undefined ? undefined : isoNanoseconds(process.startTime),
      user: hasUser ? { id: process.userId, name: userName } : undefined,
      parent: parent && identityFields(parent),
    })}`,
    scope: scopeJson(process, facts),
  };
}

/** package, container, orchestrator and service, as far as they are known. */
function scopeJson({ containerId, unit }: Process, { package: known, container }: ProcessFacts): string {
  const { name, version, manager } = known ?? {};
  return (
    member('package', known && stringify({ name, version, type: manager })) +
    member('container', containerJson(containerId, container)) +
    member('orchestrator', container && orchestratorJson(container)) +
    member('service', unit === undefined ? undefined : stringify({ name: unit }))
  );
}

function containerJson(id: string | undefined, container: ContainerFacts | undefined): string | undefined {
  const { name, image, runtime } = container ?? {};
  if (id === undefined && name === undefined && image === undefined && runtime === undefined)
    return undefined;
  return stringify({ id, name, image: image === undefined ? undefined : { name: image }, runtime });
}

function orchestratorJson(container: ContainerFacts): string | undefined {
  const { orchestrator, podName, podNamespace, podId, task } = container;
  const hasPod = podName !== undefined || podId !== undefined;
  const resource = hasPod
    ? { id: podId, name: podName, type: 'pod' }
    : task === undefined
      ? undefined
      : { name: task, type: 'task' };
  if (orchestrator === undefined && podNamespace === undefined && resource === undefined) return undefined;
  return stringify({ type: orchestrator, namespace: podNamespace, resource });
}

/** `,"name":json`, or nothing. */
function member(name: string, json: string | undefined): string {
  return json ? `,"${name}":${json}` : '';
}

function identityFields({ pid, name, args, executable }: ProcessIdentity): object {
  return { pid, name, args, executable };
}
