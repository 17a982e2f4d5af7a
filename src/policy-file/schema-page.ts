/** The shape of `page`: where the page is reached, and who may see names. */
import { about, block, nonEmpty } from '../shapes/blocks.ts';
import { address, text } from '../shapes/scalars.ts';

const values = nonEmpty(text(), 100);

const signIn = about(
  block({
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
    viewers: about(values, 'Values of the claim, exactly as they come: these users see names.').optional(),
    operators: about(
      values,
      'Values of the claim, exactly as they come: these users also pause and resume.',
    ).optional(),
  }),
  'Sign-in by OpenID Connect. Without it the page shows numbers and no names.',
);

export const page = about(
  block({
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
    sign_in: signIn.optional(),
  }).prefault({}),
  'The page at /.',
);
