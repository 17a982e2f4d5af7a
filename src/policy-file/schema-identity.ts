/** The shape of the connectors that end an SSO session. What each of them needs stands in its own folder. */
import { z } from 'zod';
import { CONNECTORS } from '../identity/connectors/registry.ts';
import { about, block } from '../shapes/blocks.ts';
import { whole } from '../shapes/scalars.ts';

const connectors = Object.fromEntries(CONNECTORS.map(({ name, schema }) => [name, schema.optional()]));

const SUBJECT =
  /^(?:email|username|(?=.*\{(?:id|email|username|local)\})(?:[^{}]|\{(?:id|email|username|local)\})*)$/;

function subjectFault(given: unknown): string {
  return typeof given === 'string' && /\{(?:display_?)?name\}/i.test(given)
    ? '{value} uses a display name: agents may change theirs, and could choose whose session ends; use email, username, or a template with {email}, {username}, {local} or {id}'
    : '{value} is neither email nor username nor a template with {email}, {username}, {local} or {id}';
}

export const identity = about(
  block({
    ...connectors,
    subject: about(
      z
        .string()
        .max(500, { error: 'is longer than 500 characters', abort: true })
        .regex(SUBJECT, { error: ({ input }) => subjectFault(input) })
        .prefault('email'),
      'How the identity provider knows an agent: email, username, or a template such as {local}@example.com.',
    ),
    per_hour: about(whole(1, 10_000).prefault(20), 'Most sessions ended in an hour.'),
  }).prefault({}),
  'Ending the SSO session: at most one connector. Reaches far beyond Genesys Cloud, so it is off unless set up here.',
);
