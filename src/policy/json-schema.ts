/** The JSON Schema of the policy file, for editors. */
import { z } from 'zod';
import { root } from './schema.ts';

type Json = Record<string, unknown>;

const REFERENCE = String.raw`\$\{`;

/** Made from the same source as the loader. Values with `${…}` are let through: only the loader knows what they become. */
export function jsonSchema(): Json {
  const { $schema, ...schema } = z.toJSONSchema(root, { io: 'input' });
  allowReferences(schema);
  return { $schema, $id: 'idle-enforcer.schema.json', ...schema };
}

/** Lets every text that is narrower than text also be one with a reference in it. Keys cannot be. */
function allowReferences(node: unknown): void {
  if (Array.isArray(node)) node.forEach(allowReferences);
  if (!isNode(node)) return;
  for (const [key, inner] of Object.entries(node)) {
    if (key !== 'propertyNames' && key !== 'default' && key !== 'examples') allowReferences(inner);
  }
  if (typeof node['pattern'] === 'string') node['pattern'] = `(?:${node['pattern']})|${REFERENCE}`;
  if (Array.isArray(node['enum'])) {
    node['anyOf'] = [
      { type: 'string', enum: node['enum'] },
      { type: 'string', pattern: REFERENCE },
    ];
    delete node['enum'];
    delete node['type'];
  }
}

function isNode(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
