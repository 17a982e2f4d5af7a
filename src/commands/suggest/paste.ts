/** The suggested limits in the words of the policy file: its own text with other limits, and nothing else changed. */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml';
import { formatDuration, type Duration } from '../../domain/time/time.ts';

/** A rule as it is to stand in the file. */
export interface PastedRule {
  readonly rule: string;
  /** The text of the rule, from its first key on, without what its lines are indented by. */
  readonly text: string;
}

/** A policy file with other limits. */
export interface Pasted {
  /** The whole file. */
  readonly text: string;
  readonly rules: readonly PastedRule[];
  /** Rules that are written by an anchor elsewhere in the file: their limits are to be changed by hand. */
  readonly byHand: readonly string[];
}

interface Edit {
  readonly rule: string;
  readonly node: Node;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Puts other limits, by id of the rule, into the text of a policy file that can be read. */
export function paste(text: string, limits: ReadonlyMap<string, Duration>): Pasted {
  const document = parseDocument(text, { merge: true });
  const edits: Edit[] = [];
  const byHand: string[] = [];
  for (const [rule, limit] of limits) {
    const node = ruleIn(document, rule);
    const edit = node === undefined ? undefined : editOf(rule, node, limit, text);
    if (edit === undefined) byHand.push(rule);
    else edits.push(edit);
  }
  edits.sort((a, b) => a.from - b.from);
  return { text: edited(text, edits), rules: edits.map((edit) => pasted(text, edit)), byHand };
}

/** The block of a rule, where it stands in the list itself. */
function ruleIn(document: Document, id: string): Node | undefined {
  const profiles = document.get('profiles', true);
  for (const profile of isSeq(profiles) ? profiles.items : []) {
    const rules = isMap(profile) ? profile.get('rules', true) : undefined;
    for (const rule of isSeq(rules) ? rules.items : [])
      if (isMap(rule) && rule.anchor === undefined && String(rule.get('id')) === id) return rule;
  }
  return undefined;
}

/** The change of one limit; `undefined` where something else in the file would change with it. */
function editOf(rule: string, node: Node, limit: Duration, text: string): Edit | undefined {
  if (!isMap(node) || node.range == null) return undefined;
  const written = formatDuration(limit);
  const own = node.items.find(({ key }) => isScalar(key) && key.value === 'limit')?.value;
  if (own === undefined) return { rule, node, ...added(node.range[0], node.flow === true, written, text) };
  const isShared = isScalar(own) && own.anchor !== undefined;
  if ((!isScalar(own) && !isAlias(own)) || isShared || own.range == null) return undefined;
  return { rule, node, from: own.range[0], to: own.range[1], text: written };
}

/** A limit that comes from a part that rules share: a key of the rule's own comes before that. */
function added(
  begin: number,
  isFlow: boolean,
  limit: string,
  text: string,
): Pick<Edit, 'from' | 'to' | 'text'> {
  const from = isFlow ? begin + 1 : begin;
  const put = isFlow ? ` limit: ${limit},` : `limit: ${limit}\n${' '.repeat(columnOf(text, begin))}`;
  return { from, to: from, text: put };
}

function columnOf(text: string, at: number): number {
  return at - (text.lastIndexOf('\n', at - 1) + 1);
}

function edited(text: string, edits: readonly Edit[]): string {
  let [result, done] = ['', 0];
  for (const { from, to, text: put } of edits) {
    result += text.slice(done, from) + put;
    done = to;
  }
  return result + text.slice(done);
}

function pasted(text: string, { rule, node, from, to, text: put }: Edit): PastedRule {
  const [begin = 0, end = 0] = node.range ?? [];
  const whole = (text.slice(begin, from) + put + text.slice(to, end)).trimEnd();
  const indent = ' '.repeat(columnOf(text, begin));
  const lines = whole.split('\n').map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return { rule, text: lines.join('\n') };
}
