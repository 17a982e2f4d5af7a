/** Where the platform is: the name of an AWS region, or a host. */

/** Documented regions (developer.genesys.cloud, "Platform API"; the SDK's `PureCloudRegionHosts`). */
const HOST_BY_REGION: ReadonlyMap<string, string> = new Map([
  ['us-east-1', 'mypurecloud.com'],
  ['us-east-2', 'use2.us-gov-pure.cloud'],
  ['us-west-2', 'usw2.pure.cloud'],
  ['ca-central-1', 'cac1.pure.cloud'],
  ['sa-east-1', 'sae1.pure.cloud'],
  ['mx-central-1', 'mxc1.pure.cloud'],
  ['eu-west-1', 'mypurecloud.ie'],
  ['eu-west-2', 'euw2.pure.cloud'],
  ['eu-central-1', 'mypurecloud.de'],
  ['eu-central-2', 'euc2.pure.cloud'],
  ['eusc-de-east-1', 'edee1.eusc-pure.cloud'],
  ['ap-south-1', 'aps1.pure.cloud'],
  ['ap-northeast-1', 'mypurecloud.jp'],
  ['ap-northeast-2', 'apne2.pure.cloud'],
  ['ap-northeast-3', 'apne3.pure.cloud'],
  ['ap-southeast-1', 'apse1.pure.cloud'],
  ['ap-southeast-2', 'mypurecloud.com.au'],
  ['me-central-1', 'mec1.pure.cloud'],
]);

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/;

/** The regions that have a name. */
export const REGIONS: readonly string[] = [...HOST_BY_REGION.keys()];

/**
 * The host of a region, such as `mypurecloud.ie`; any host stands for itself, with or without `https://` and `api.`: new
 * regions keep appearing. `undefined` for what is neither.
 */
export function hostOfRegion(region: string): string | undefined {
  const name = region.trim().toLowerCase();
  const known = HOST_BY_REGION.get(name.replaceAll('_', '-'));
  if (known !== undefined) return known;
  const host = name
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/^(api|login|apps)\./, '');
  return HOST.test(host) ? host : undefined;
}
