import type { DataKeys } from '../foundation/data-keys.ts';
import { openSecrets, type SealOwner } from '../foundation/sealing.ts';
import { Secret } from '../foundation/secret.ts';
import type { Channel } from './alert.ts';
import type { OpenedChannel } from './channel-port.ts';

/** What the secrets of an alert are sealed under: who may open these opens none of an authentication. */
export function sealOwner(appID: string, alertID: string): SealOwner {
  return { appID, authenticationID: `alert#${alertID}` };
}

/** The channel with its secret opened: a `SealBrokenError` when it was moved from another alert, or damaged. */
export async function openChannel(
  dataKeys: DataKeys,
  { appID, alertID }: { readonly appID: string; readonly alertID: string },
  channel: Channel,
): Promise<OpenedChannel> {
  const open = async (sealed: Parameters<typeof openSecrets>[2][string]): Promise<Secret> => {
    const owner = sealOwner(appID, alertID);
    const { [channel.channelID]: secret } = await openSecrets(dataKeys, owner, {
      [channel.channelID]: sealed,
    });
    return secret ?? new Secret('');
  };
  switch (channel.type) {
    case 'webhook':
      return { type: 'webhook', url: channel.url, secret: await open(channel.secret) };
    case 'slack':
      return { type: 'slack', url: await open(channel.url) };
    case 'email':
      return { type: 'email', to: channel.to };
    case 'sns':
      return { type: 'sns', topicARN: channel.topicARN };
    case 'eventBridge':
      return { type: 'eventBridge' };
  }
}
