/** The report without persons as CSV and JSON. */
import { jsonText } from '../../texts/clean.ts';
import { csvText, type CsvRow } from '../../texts/csv.ts';
import { printed } from '../../texts/printed.ts';
import { withNulls } from '../shared/json.ts';
import type { Aggregate, Group, GroupNumbers } from './aggregate.ts';
import { inHours } from './licence.ts';
import type { Report } from './report.ts';
import type { Origin } from './sections.ts';

/** One number a line; a number that is not told has no line. */
export function aggregateCsv({ totals, profiles, silentReturns, licence, smallest }: Aggregate): string {
  const lines: CsvRow[] = [
    ['section', 'profile', 'rule', 'measure', 'value'],
    ['report', '', '', 'smallest_group', smallest],
    ...numberRows(['total', '', ''], totals),
  ];
  for (const profile of profiles) {
    lines.push(...numberRows(['profile', profile.key, ''], profile));
    for (const rule of profile.rules) lines.push(...numberRows(['rule', profile.key, rule.key], rule));
  }
  if (silentReturns !== undefined) lines.push(['returns', '', '', 'silent', silentReturns]);
  for (const { month, asItWas, saved } of licence) {
    if (asItWas !== undefined) lines.push(['licence', month, '', 'as_it_was', asItWas]);
    if (saved !== undefined) lines.push(['licence', month, '', 'saved', saved]);
  }
  return csvText(lines);
}

function numberRows(place: readonly [string, string, string], numbers: GroupNumbers): CsvRow[] {
  const { people, logoffs, answers, recovered, observedPeople, observed } = numbers;
  const hours = recovered === undefined ? undefined : inHours(recovered);
  const measures = {
    ...{ people, logoffs, answers, recovered_hours: hours, observed_people: observedPeople, observed },
  };
  return Object.entries(measures).flatMap(([measure, value]): CsvRow[] =>
    value === undefined ? [] : [[...place, measure, value]],
  );
}

/** All that is told; a number that is not told is left out of its group. */
export function aggregateJson(
  aggregate: Aggregate,
  { span, zone, assumptions }: Report,
  origin: Origin,
): string {
  const { profiles, silentReturns, licence, licencesSaved, ...rest } = aggregate;
  const facts = {
    ...withNulls({ ...origin }),
    ...{ span, zone, ...rest },
    profiles: profiles.map(({ rules, ...profile }) => ({ ...named(profile), rules: rules.map(named) })),
    ...withNulls({ silentReturns, licencesSaved }),
    licence: licence.map((month) => withNulls(month)),
    assumptions,
  };
  return `${jsonText(printed(facts), 2)}\n`;
}

function named({ key, ...numbers }: Group): object {
  return { name: key, ...numbers };
}
