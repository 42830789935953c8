import { isID } from '../foundation/ids.ts';

/** The task whose webhook it is: what a delivery's URL names. */
export interface HookOwner {
  readonly appID: string;
  readonly taskID: string;
}

/** The name of a task's webhook in its URL. No secret: what is delivered there must prove that it is authentic. */
export function toHookID({ appID, taskID }: HookOwner): string {
  return `${appID}.${taskID}`;
}

/** Nothing for what no webhook is called. */
export function readHookID(hookID: string): HookOwner | undefined {
  const [, appID, taskID] = /^([A-Za-z0-9_-]{1,64})\.([0-9a-f-]{36})$/.exec(hookID) ?? [];
  return appID === undefined || taskID === undefined || !isID(taskID) ? undefined : { appID, taskID };
}
