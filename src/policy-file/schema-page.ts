/** The shape of `page`: where the page is reached, and who may see names. */
import { z } from 'zod';
import { about, block, nonEmpty } from '../shapes/blocks.ts';
import { address, text } from '../shapes/scalars.ts';
import { organisationName } from './schema-process.ts';

const values = nonEmpty(text(), 100);

const roles = {
  viewers: about(values, 'Values of the claim, exactly as they come: these users see names.').optional(),
  operators: about(
    values,
    'Values of the claim, exactly as they come: these users also pause and resume.',
  ).optional(),
};

const signInKeys = {
  issuer: about(address(), 'The OpenID Connect provider, as its discovery document names it.'),
  client_id: about(text(), 'A confidential client with the authorization code grant.'),
  client_secret: about(text(), 'Its secret; take it from the environment or a file.'),
  claim: about(
    text(100).prefault('groups'),
    'The claim that tells what a user may do, a text or a list: of the ID token, else of the user information.',
  ),
  scope: about(
    text(200).prefault('openid profile email'),
    'What the provider is asked for; some hand out groups only when they are asked for.',
  ),
  ...roles,
};

const SIGN_IN = 'Sign-in by OpenID Connect. Without it the page shows numbers and no names.';
const signIn = about(block(signInKeys), SIGN_IN);

const fleetSignIn = about(
  block({
    ...signInKeys,
    organisations: about(
      z.record(organisationName, block(roles)),
      'Roles in single organisations, by their names, beside those that hold for all.',
    ).optional(),
  }),
  SIGN_IN,
);

const keys = {
  url: about(
    address(),
    'Where readers reach the page, with the path that a proxy puts in front. Requests for another host are refused.',
  ).optional(),
  secret: about(
    text(1_000).min(32, {
      error: 'is shorter than 32 characters: take the output of openssl rand -hex 32',
    }),
    'Seals the sessions of users who are signed in, and the links in warnings; the same for all replicas.',
  ).optional(),
};

export const page = about(block({ ...keys, sign_in: signIn.optional() }).prefault({}), 'The page at /.');

/** The page of several organisations. */
export const fleetPage = about(
  block({ ...keys, sign_in: fleetSignIn.optional() }).prefault({}),
  'The page at /.',
);

export type FleetPage = z.output<typeof fleetPage>;
