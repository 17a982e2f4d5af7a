/**
 * As much of Go's text/template, with the functions that Helm adds, as the chart uses; anything else is an error. So the
 * chart can be rendered where there is no Helm. `chart.test.ts` compares it with the real thing where Go is installed.
 */
import { stringify } from 'yaml';

type Value = unknown;
interface Scope {
  readonly dot: Value;
  readonly variables: ReadonlyMap<string, Value>;
}
type Node = (scope: Scope) => string;
type Expression = (scope: Scope) => Value;
type Call = (...args: Value[]) => Value;

const ACTION = /\{\{(-\s)?([\s\S]*?)(\s-)?\}\}/g;
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|:=|[(),|]|[^\s(),|"]+)/y;

/** Templates by name, each definition among them. */
export class GoTemplates {
  readonly #named = new Map<string, Node>();
  readonly #functions: Readonly<Record<string, Call>> = {
    default: (fallback, value) => (truthy(value) ? value : fallback),
    quote: (value) => JSON.stringify(text(value)),
    trunc: (length, value) => text(value).slice(0, Number(length)),
    trimSuffix: (suffix, value) => text(value).replace(new RegExp(`${text(suffix)}$`), ''),
    printf: (format, ...args) => text(format).replaceAll('%s', () => text(args.shift())),
    nindent: (width, value) => `\n${indent(Number(width), text(value))}`,
    toYaml: (value) => stringify(value, { lineWidth: 0, sortMapEntries: true }).trimEnd(),
    eq: (a, b) => a === b,
    not: (value) => !truthy(value),
    and: (...args) => args.find((value) => !truthy(value)) ?? args.at(-1),
    or: (...args) => args.find(truthy) ?? args.at(-1),
    include: (name, dot) => this.render(text(name), dot),
    required: (message, value) => {
      if (value === undefined || value === null || value === '') throw new Error(text(message));
      return value;
    },
  };

  /** Takes a file up under its name, and what it defines. Throws for what it does not know. */
  add(name: string, source: string): void {
    const pieces = cut(source);
    const { node, end } = this.#block(pieces, 0);
    if (end < pieces.length) throw new Error(`${name}: {{ ${pieces[end]?.action ?? ''} }} ends nothing`);
    this.#named.set(name, node);
  }

  render(name: string, dot: Value): string {
    const node = this.#named.get(name);
    if (node === undefined) throw new Error(`there is no template ${name}`);
    return node({ dot, variables: new Map([['$', dot]]) });
  }

  /** Up to the `end` or `else` that belongs to it, or the end of the file. */
  #block(pieces: readonly Piece[], from: number): { node: Node; end: number } {
    const nodes: Node[] = [];
    let at = from;
    while (at < pieces.length) {
      const { before, action } = pieces[at]!;
      nodes.push(() => before);
      const [, word = '', rest = ''] = /^(\w*)\s*([\s\S]*)$/.exec(action) ?? [];
      if (word === 'end' || word === 'else') return { node: join(nodes), end: at };
      if (['if', 'with', 'range', 'define'].includes(word)) {
        const { node, end } = this.#control(word, rest, pieces, at + 1);
        nodes.push(node);
        at = end + 1;
        continue;
      }
      if (action !== '' && !action.startsWith('/*')) {
        const value = this.#pipeline(action);
        nodes.push((scope) => text(value(scope)));
      }
      at += 1;
    }
    return { node: join(nodes), end: at };
  }

  #control(word: string, rest: string, pieces: readonly Piece[], from: number): { node: Node; end: number } {
    const body = this.#block(pieces, from);
    const hasElse = pieces[body.end]?.action === 'else';
    const other = hasElse ? this.#block(pieces, body.end + 1) : { node: () => '', end: body.end };
    if (pieces[other.end]?.action !== 'end') throw new Error(`{{ ${word} ${rest} }} has no end`);
    return { node: this.#controlled(word, rest, body.node, other.node), end: other.end };
  }

  #controlled(word: string, rest: string, body: Node, other: Node): Node {
    if (word === 'define') {
      this.#named.set(JSON.parse(rest) as string, body);
      return () => '';
    }
    if (word === 'range') return this.#range(rest, body);
    const condition = this.#pipeline(rest);
    return (scope) => {
      const value = condition(scope);
      if (!truthy(value)) return other(scope);
      return body(word === 'with' ? { ...scope, dot: value } : scope);
    };
  }

  /** Over a map, in the order of its keys, as Go does. */
  #range(rest: string, body: Node): Node {
    const [, key = '', name = '', source = ''] = /^(\$\w+), (\$\w+) := (.+)$/.exec(rest) ?? [];
    if (source === '') throw new Error(`{{ range ${rest} }} is not understood`);
    const map = this.#pipeline(source);
    return ({ dot, variables }) =>
      Object.entries((map({ dot, variables }) ?? {}) as Record<string, Value>)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([k, v]) => body({ dot: v, variables: new Map([...variables, [key, k], [name, v]]) }))
        .join('');
  }

  #pipeline(source: string): Expression {
    const tokens = tokensOf(source);
    const expression = this.#commands(tokens);
    if (tokens.length > 0) throw new Error(`{{ ${source} }} is not understood`);
    return expression;
  }

  #commands(tokens: string[]): Expression {
    let piped: Expression | undefined;
    for (;;) {
      const operands: Expression[] = [];
      let called: Call | undefined;
      while (tokens.length > 0 && tokens[0] !== '|' && tokens[0] !== ')') {
        const token = tokens.shift()!;
        if (operands.length === 0 && called === undefined && Object.hasOwn(this.#functions, token)) {
          called = this.#functions[token];
        } else operands.push(this.#operand(token, tokens));
      }
      if (piped !== undefined) operands.push(piped);
      piped = combine(called, operands);
      if (tokens[0] !== '|') return piped;
      tokens.shift();
    }
  }

  #operand(token: string, tokens: string[]): Expression {
    if (token === '(') {
      const inner = this.#commands(tokens);
      if (tokens.shift() !== ')') throw new Error('a bracket is not closed');
      return inner;
    }
    if (/^("|-?\d|true$|false$)/.test(token)) {
      const value: Value = JSON.parse(token);
      return () => value;
    }
    const [head = '', ...path] = token.split('.');
    if (head !== '' && !head.startsWith('$')) throw new Error(`${token} is not understood`);
    const names = path.filter((name) => name !== '');
    return ({ dot, variables }) => {
      let value = head === '' ? dot : variables.get(head);
      for (const name of names) value = (value as Record<string, Value> | undefined)?.[name];
      return value;
    };
  }
}

interface Piece {
  readonly before: string;
  readonly action: string;
}

/** Text and the action after it; the last has none. A dash beside the braces takes the white space on its side away. */
function cut(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trim = false;
  const textUpTo = (end: number): string => {
    const piece = source.slice(at, end);
    return trim ? piece.trimStart() : piece;
  };
  for (const match of source.matchAll(ACTION)) {
    const [whole, left, inside = '', right] = match;
    const before = textUpTo(match.index);
    pieces.push({ before: left === undefined ? before : before.trimEnd(), action: inside.trim() });
    at = match.index + whole.length;
    trim = right !== undefined;
  }
  return [...pieces, { before: textUpTo(source.length), action: '' }];
}

function combine(called: Call | undefined, operands: readonly Expression[]): Expression {
  if (called !== undefined) return (scope) => called(...operands.map((operand) => operand(scope)));
  const [only] = operands;
  if (only === undefined || operands.length > 1) throw new Error('a command is not understood');
  return only;
}

function tokensOf(source: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) tokens.push(match[1]!);
  return tokens;
}

function join(nodes: readonly Node[]): Node {
  return (scope) => nodes.map((node) => node(scope)).join('');
}

function text(value: Value): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error('a list or a map stands where a text should');
}

function truthy(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

function indent(width: number, value: string): string {
  return value
    .split('\n')
    .map((line) => ' '.repeat(width) + line)
    .join('\n');
}
