/** What all answers of the page share. */
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Access, Session } from './access.ts';
import type { PageFacts } from './facts.ts';
import type { Frame } from './html.ts';
import type { Latest, PageSource } from './latest.ts';
import type { PageParts } from './page-parts.ts';
import type { Readers } from './readers.ts';
import type { SignOuts } from './sign-outs.ts';

export const TEXT_TYPE = 'text/plain; charset=utf-8';
export const HTML_TYPE = 'text/html; charset=utf-8';

/** What is made of the facts of one organisation. */
export interface MadePage {
  readonly facts: PageFacts;
  /** HTML for everyone. */
  readonly parts: string;
  /** HTML for viewers. */
  readonly people: string;
}

/** Of an open page. */
export interface Reader {
  readonly organisation: string;
  /** A viewer, who is sent names for as long as the session goes on. */
  readonly session: Session | undefined;
  /** The version that it was sent last. */
  sent: string;
}

/** One page. Mutable; of one process. */
export interface Site {
  readonly parts: PageParts;
  /** The path of its address, without a slash at its end. */
  readonly prefix: string;
  /** `undefined` where no user can sign in. */
  readonly access: Access | undefined;
  readonly latest: (source: PageSource) => Latest<MadePage>;
  readonly readers: Readers<Reader>;
  /** Sessions that were signed out, on their way into the stores. */
  readonly signOuts: SignOuts;
  ticks: number;
  /** Takes the deadline from an answer. */
  readonly lasting: WeakMap<IncomingMessage, () => void>;
}

/** How a page stands in the site. */
export function frameOf({ parts, prefix }: Pick<Site, 'parts' | 'prefix'>, isWall: boolean): Frame {
  return { prefix, isWall, organisations: parts.sources().map(({ organisation }) => organisation) };
}

/** Which organisation is asked for: the first unless it is named. */
export function sourceNamed({ parts }: Pick<Site, 'parts'>, name: unknown): PageSource | undefined {
  const sources = parts.sources();
  return name === undefined ? sources[0] : sources.find(({ organisation }) => organisation === name);
}

/** One value of the address's query. */
export function asked({ query }: FastifyRequest, name: string): unknown {
  return (query as Readonly<Record<string, unknown>>)[name];
}

/** Whether agents of this organisation may be named to this user. */
export function seesNames(session: Session | undefined, organisation: string): session is Session {
  return session !== undefined && session.roleIn(organisation) !== 'none';
}
