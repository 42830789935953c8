import type { Queue } from './queue-database.ts';

/**
 * Fair queues: the next `count` messages are those of the groups with the fewest messages in flight, so a group with a
 * long backlog does not keep the others waiting. Within a group the order stays. Messages without a group count as one.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
export function bringFairMessagesForward(queue: Queue, count: number): void {
  const waiting = Map.groupBy(queue.messages, (message) => message.messageGroupId ?? '');
  if (waiting.size < 2 || queue.messages.length <= 1) return;
  const load = new Map<string, number>();
  for (const { message } of queue.inflightMessages.values()) {
    const group = message.messageGroupId ?? '';
    load.set(group, (load.get(group) ?? 0) + 1);
  }
  const taken = new Map<string, number>();
  const chosen: Queue['messages'] = [];
  while (chosen.length < count && waiting.size > 0) {
    // Groups are in the order of their oldest message, so the first of the least loaded has waited longest.
    const loadOf = (group: string) => (load.get(group) ?? 0) + (taken.get(group) ?? 0);
    const group = [...waiting.keys()].reduce((best, other) => (loadOf(other) < loadOf(best) ? other : best));
    const position = taken.get(group) ?? 0;
    const message = waiting.get(group)?.[position];
    if (message) {
      chosen.push(message);
      taken.set(group, position + 1);
    } else {
      waiting.delete(group);
    }
  }
  const first = new Set(chosen);
  queue.messages = [...chosen, ...queue.messages.filter((message) => !first.has(message))];
}
