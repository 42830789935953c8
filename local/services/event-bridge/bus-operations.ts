import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { arnOfBus, DEFAULT_BUS, type RuleStore, type StoredBus } from './rule-store.ts';

const createSchema = z.strictObject({
  Name: z.string().regex(/^[/.\-_A-Za-z0-9]{1,256}$/),
  Description: z.string().max(512).optional(),
  KmsKeyIdentifier: z.string().optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

export function createBusOperations(store: RuleStore): Record<string, Operation> {
  return {
    CreateEventBus: operation(createSchema, (input, { region }) => {
      const bus = {
        name: input.Name,
        region,
        description: input.Description ?? null,
        kms_key: input.KmsKeyIdentifier ?? null,
        dead_letter_arn: input.DeadLetterConfig?.Arn ?? null,
        created_at: Date.now(),
      };
      store.insertBus(bus);
      return { EventBusArn: arnOfBus(bus), Description: input.Description };
    }),
    DescribeEventBus: operation(z.strictObject({ Name: z.string().default(DEFAULT_BUS) }), ({ Name }) =>
      describe(store.findBus(Name)),
    ),
    DeleteEventBus: operation(z.strictObject({ Name: z.string() }), ({ Name }) => {
      if (Name === DEFAULT_BUS) throw new AwsError('ValidationException', 'Cannot delete event bus default.');
      if (store.listRules(Name).length > 0) {
        throw new AwsError('ValidationException', `Event bus ${Name} cannot be deleted while it has rules.`);
      }
      store.removeBus(Name);
      return {};
    }),
    ListEventBuses: operation(z.strictObject({ NamePrefix: z.string().default('') }), ({ NamePrefix }) => ({
      EventBuses: store
        .listBuses()
        .filter((bus) => bus.name.startsWith(NamePrefix))
        .map(describe),
    })),
  };
}

function describe(bus: StoredBus): object {
  return {
    Name: bus.name,
    Arn: arnOfBus(bus),
    Description: bus.description ?? undefined,
    KmsKeyIdentifier: bus.kms_key ?? undefined,
    DeadLetterConfig: bus.dead_letter_arn === null ? undefined : { Arn: bus.dead_letter_arn },
    CreationTime: bus.created_at / 1000,
    LastModifiedTime: bus.created_at / 1000,
  };
}
