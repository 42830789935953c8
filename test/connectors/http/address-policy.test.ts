import { describe, expect, it } from 'vitest';
import { createAddressPolicy } from '../../../connectors/http/address-policy.ts';

const closed = createAddressPolicy({ allowPrivate: [], trustedHosts: [] });

describe('the address policy', () => {
  it.each(['8.8.8.8', '151.101.1.67', '2606:4700:4700::1111', '64:ff9b::808:808'])(
    'allows the public address %s',
    (address) => {
      expect(closed.isAllowed(address)).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.170.2',
    '168.63.129.16',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a83f:8110',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
  ])('refuses %s', (address) => {
    expect(closed.isAllowed(address)).toBe(false);
  });

  it('allows what lies in a range that the operator names, and nothing beside it', () => {
    const open = createAddressPolicy({ allowPrivate: ['10.1.0.0/16', ' fd00::/8 '], trustedHosts: [] });

    expect(open.isAllowed('10.1.255.255')).toBe(true);
    expect(open.isAllowed('64:ff9b::a01:1')).toBe(true);
    expect(open.isAllowed('fd12::1')).toBe(true);
    expect(open.isAllowed('10.2.0.0')).toBe(false);
    expect(open.isAllowed('::ffff:10.1.0.1')).toBe(false);
    expect(open.isAllowed('127.0.0.1')).toBe(false);
  });

  it('trusts a host only with its port', () => {
    const open = createAddressPolicy({ allowPrivate: [], trustedHosts: ['LocalHost:4747', '[::1]:80'] });

    expect(open.isTrusted('localhost', 4747)).toBe(true);
    expect(open.isTrusted('::1', 80)).toBe(true);
    expect(open.isTrusted('localhost', 4748)).toBe(false);
    expect(open.isTrusted('localhost.', 4747)).toBe(false);
  });

  it('names the entry of the configuration that cannot be read', () => {
    expect(() => createAddressPolicy({ allowPrivate: ['10.0.0.0/99'], trustedHosts: [] })).toThrow(
      '"10.0.0.0/99"',
    );
    expect(() => createAddressPolicy({ allowPrivate: ['10.0.0.1'], trustedHosts: [] })).toThrow('CIDR');
    expect(() => createAddressPolicy({ allowPrivate: [], trustedHosts: ['localhost'] })).toThrow('host:port');
  });
});
