/** What is said of a connection that did not come about. */
import { expect, test } from '@jest/globals';
import { noAnswerWords } from '../../../src/genesys/http/network-words.ts';

const HOST = 'api.mypurecloud.ie';

test.each([
  ['ENOTFOUND', HOST, /failed \(ENOTFOUND\)\. The name service does not know it/],
  [
    'ECONNREFUSED',
    '10.0.0.9:3128',
    /failed \(ECONNREFUSED 10\.0\.0\.9:3128\)\. Check the address.*HTTPS_PROXY/,
  ],
  ['UND_ERR_ABORTED', undefined, /The proxy of HTTPS_PROXY did not let it through/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, /NODE_EXTRA_CA_CERTS/],
  ['SELF_SIGNED_CERT_IN_CHAIN', undefined, /NODE_EXTRA_CA_CERTS/],
  ['CERT_HAS_EXPIRED', undefined, /certificate has expired.*clock is wrong/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, /for another name/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', undefined, /does not speak TLS/],
  ['EPIPE', undefined, /failed \(EPIPE\)$/],
  [undefined, undefined, /failed$/],
])('%s is told with the host and what to look at', (code, where, words) => {
  const said = noAnswerWords({ host: HOST, timedOut: false, code, where });
  expect(said).toMatch(/^the connection to api\.mypurecloud\.ie failed/);
  expect(said).toMatch(words);
});

test('a platform that does not answer in time is named', () => {
  const words = noAnswerWords({
    host: HOST,
    timedOut: true,
    code: 'UND_ERR_CONNECT_TIMEOUT',
    where: undefined,
  });
  expect(words).toMatch(/^no answer from api\.mypurecloud\.ie within the time allowed .*Check the address/);
});
