import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toolFile } from '../../scripts/pack/tools.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const MANIFEST = join(ROOT, 'packaging/kubernetes/daemonset.yaml');
const require = createRequire(import.meta.url);

/** What of the DaemonSet's container the trial runs with. */
export interface ContainerRights {
  capabilities: string[];
  args: string[];
  /** What the kubelet asks, from the node's network. */
  probes: HttpProbe[];
}

export interface HttpProbe {
  host: string;
  port: number;
  path: string;
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

interface DaemonSet extends Manifest {
  spec: {
    template: {
      spec: {
        hostPID: boolean;
        hostNetwork: boolean;
        containers: {
          args: string[];
          readinessProbe: { httpGet: HttpProbe };
          livenessProbe: { httpGet: HttpProbe };
          securityContext: {
            allowPrivilegeEscalation: boolean;
            readOnlyRootFilesystem: boolean;
            capabilities: { add: string[]; drop: string[] };
          };
        }[];
      };
    };
  };
}

/** Where the schema of each kind is in the package kubernetes-models. */
const SCHEMAS: Readonly<Record<string, string>> = {
  Namespace: 'IoK8sApiCoreV1Namespace',
  ServiceAccount: 'IoK8sApiCoreV1ServiceAccount',
  DaemonSet: 'IoK8sApiAppsV1DaemonSet',
};

/** @throws if a document of the manifest is not as Kubernetes' schema has it */
export function checkManifest(): ContainerRights {
  const yaml = require(toolFile('js-yaml', 'index.js'));
  const documents: Manifest[] = yaml.loadAll(readFileSync(MANIFEST, 'utf8'));
  for (const document of documents) {
    const problems = problemsOf(document);
    if (problems.length > 0) throw new Error(`${document.kind}: ${problems.join('; ')}`);
  }
  const found = documents.find((document): document is DaemonSet => document.kind === 'DaemonSet');
  const [container] = found?.spec.template.spec.containers ?? [];
  if (container === undefined) throw new Error('the manifest has no DaemonSet with a container');
  const { readinessProbe, livenessProbe, securityContext, args } = container;
  const probes = [readinessProbe.httpGet, livenessProbe.httpGet];
  return { capabilities: securityContext.capabilities.add, args, probes };
}

/** Also fields that the schema does not know, which Kubernetes' own schemas let pass, and the server drops. */
export function problemsOf(document: Manifest): string[] {
  const schema = SCHEMAS[document.kind];
  if (schema === undefined) return [`no schema for ${document.kind} is known here`];
  const { validate } = require(toolFile('kubernetes-models', `_schemas/${schema}.js`));
  const asked = new Set<string>();
  const valid: boolean = validate(recording(document, '', asked));
  const errors: { instancePath: string; message?: string }[] = valid ? [] : validate.errors;
  return [
    ...errors.map(({ instancePath, message }) => `${instancePath} ${message ?? 'is wrong'}`),
    ...pathsOf(document, '')
      .filter((path) => !asked.has(path))
      .map((path) => `${path} is no field`),
  ];
}

/** The same, which notes what is looked at: the schema's code asks for each field that it knows. */
function recording(value: object, path: string, asked: Set<string>): object {
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver);
      const at = `${path}/${String(key)}`;
      asked.add(at);
      return typeof inner === 'object' && inner !== null ? recording(inner, at, asked) : inner;
    },
  });
}

function pathsOf(value: object, path: string): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}/${key}`;
    return [at, ...(typeof inner === 'object' && inner !== null ? pathsOf(inner, at) : [])];
  });
}
