/** One mistake that somebody could make in the engine: a piece of its source, and what stands there instead. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly was: string;
  readonly is: string;
}

/** The simulation must find each of them. Where the engine changes so that a piece is not there, the plant is an error. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a trigger is not claimed',
    file: 'core/runs/start-run.ts',
    was: 'deriveID(task.taskID, trigger.kind, trigger.key)',
    is: 'deriveID(task.taskID, trigger.kind, trigger.key, String(Math.random()))',
  },
  {
    name: 'the end is noted as told before it is told',
    file: 'core/runs/hand-off.ts',
    was: 'await dependencies.runBus.publish(toRunFinished(run));',
    is: 'await dependencies.runStore.clearNotification(run); await dependencies.runBus.publish(toRunFinished(run));',
  },
  {
    name: 'a commit does not prove its lease',
    file: 'core/runs/run-commit.ts',
    was: "ConditionExpression: 'fence = :fence'",
    is: "ConditionExpression: 'fence >= :fence'",
  },
  {
    name: 'a checkpoint counts what is accepted and not yet published',
    file: 'core/runs/checkpoint.ts',
    was: 'await connection.destination.waitForPublication(totals.publications, signal);',
    is: '',
  },
  {
    name: 'a success is told before the move is published',
    file: 'connectors/destinations/search/temporary-index.ts',
    was: 'return this.#watch.wait(name, [move], signal);',
    is: 'return;',
  },
  {
    name: 'what a batch refuses is taken for accepted',
    file: 'connectors/destinations/search/write-batch.ts',
    was: 'for (const index of indexes) rejected.set(index, rejectedByDestination(batch, index, refusal));',
    is: 'accepted += indexes.length;',
  },
  {
    name: 'rejected records are not counted',
    file: 'core/runs/stretch.ts',
    was: 'this.#rejected += rejected.length;',
    is: '',
  },
  {
    name: 'an older run comes late and is not superseded',
    file: 'core/leases/lease-store.ts',
    was: "if (comesAfter(Item, { taskID, createdAt, adds })) return 'superseded';",
    is: '',
  },
  {
    name: 'an append does not look what is there',
    file: 'connectors/destinations/search/append-records.ts',
    was: 'const existing = await findExisting(target, ids, signal);',
    is: 'const existing = new Set();',
  },
  {
    name: 'a worker does not look at its lease',
    file: 'core/leases/held-lease.ts',
    was: 'const isOver = () => clock.now() >= current.heldUntil;',
    is: 'const isOver = () => false;',
  },
  {
    name: 'a lease is taken while another holds it',
    file: 'core/leases/lease-store.ts',
    was: "'(attribute_not_exists(heldUntil) OR heldUntil <= :now)'",
    is: "'(attribute_not_exists(heldUntil) OR heldUntil <= :now OR heldUntil > :now)'",
  },
  {
    name: 'a doubled message starts a second worker',
    file: 'core/leases/lease-store.ts',
    was: "'(attribute_not_exists(heldUntil) OR heldUntil <= :now)'",
    is: "'(attribute_not_exists(heldUntil) OR heldUntil <= :now OR holder = :runID)'",
  },
  {
    name: 'the sweep does not send again',
    file: 'core/runs/sweep-runs.ts',
    was: 'await runQueue.sendAll(unfinished.map((run) => toDelayed(run, clock.now())));',
    is: '',
  },
  {
    name: 'a claim lives in its message only',
    file: 'core/runs/start-run.ts',
    was: 'dueAt: new Date(now.getTime() + FIRST_MESSAGE_SECONDS * 1000).toISOString(),',
    is: '',
  },
  {
    name: 'the temporary index of an ended run is not looked for',
    file: 'core/runs/settle-run.ts',
    was: "return action === 'replace' && attempts > 0;",
    is: 'return false;',
  },
  {
    name: 'the gate is left open',
    file: 'core/runs/decide-settlement.ts',
    was: 'const objection = check === undefined ? undefined : findObjection(run.counts, check.evidence, check.policy);',
    is: 'const objection = undefined;',
  },
  {
    name: 'a resumed run begins at the start',
    file: 'core/runs/copy-records.ts',
    was: 'source.read(work.journal.run.cursor, signal)',
    is: 'source.read(undefined, signal)',
  },
  {
    name: 'a request is sent without a look at the lease',
    file: 'core/runs/work-run.ts',
    was: '() => lease?.assertHeld()',
    is: '() => undefined',
  },
  {
    name: 'a run that begins again keeps its counts',
    file: 'core/runs/work-slice.ts',
    was: 'counts: NO_COUNTS,',
    is: '',
  },
  {
    name: 'a later record overtakes an earlier one of its id',
    file: 'core/runs/write-window.ts',
    was: 'if (repeats.length === 0) return false;',
    is: 'if (repeats.length >= 0) return false;',
  },
  {
    name: 'a cancellation is not heard',
    file: 'core/runs/cancel-watch.ts',
    was: 'this.#cancelled.abort();',
    is: 'void 0;',
  },
  {
    name: 'a message is acknowledged before its effect',
    file: 'core/runs/work-run.ts',
    was: 'end = await slice();',
    is: 'void slice(); return;',
  },
  {
    name: 'a record without an id gets one by chance',
    file: 'core/records/record-id.ts',
    was: 'return (place) => `${stem}${place}`;',
    is: 'return (place) => `${stem}${place}-${Math.random()}`;',
  },
  {
    name: 'an update removes a record that may be one of those which cannot be read',
    file: 'core/runs/entity-source.ts',
    was: 'if (objectID === undefined) this.#isUnreadable = true;',
    is: '',
  },
  {
    name: 'an update that is asked for again is counted again',
    file: 'core/runs/entity-source.ts',
    was: '{ continues: true }',
    is: '{}',
  },
  {
    name: 'an update is known to the first record set only',
    file: 'core/runs/run-entities.ts',
    was: 'keyOf({ appID, runID: dividedFrom })',
    is: 'keyOf({ appID, runID })',
  },
  {
    name: 'each worker divides a run anew',
    file: 'core/runs/divide-run.ts',
    was: 'deriveID(run.runID, recordSet)',
    is: 'deriveID(run.runID, recordSet, String(Math.random()))',
  },
  {
    name: 'an end that was not told is forgotten once the temporary index is gone',
    file: 'core/runs/clean-up.ts',
    was: '...dueAfterEnd(journal.run, now, cleanUpAt)',
    is: 'dueAt: cleanUpAt',
  },
];
