import { TABLE_INDEXES, TABLE_KEYS, TTL_ATTRIBUTE } from '../core/foundation/table.ts';
import type { HouseFunction } from './constructs/house-function.ts';
import { Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  ProjectionType,
  TableEncryptionV2,
  TableV2,
  type Attribute,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

// Transactions are allowed by the actions of their parts.
const READ_ACTIONS = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:ConditionCheckItem',
];
const WRITE_ACTIONS = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];

/** The one table, encrypted with a key of its own: resources, runs, events, leases and claims. */
export class Table extends Construct {
  readonly tableName: string;
  readonly #table: TableV2;
  readonly #key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#key = new Key(this, 'Key', {
      description: 'Encrypts the table of Millrace at rest',
      enableKeyRotation: true,
    });
    this.#table = new TableV2(this, 'Table', {
      partitionKey: text(TABLE_KEYS.partition),
      sortKey: text(TABLE_KEYS.sort),
      timeToLiveAttribute: TTL_ATTRIBUTE,
      globalSecondaryIndexes: Object.values(TABLE_INDEXES).map((index) => ({
        indexName: index.name,
        partitionKey: text(index.partition),
        sortKey: text(index.sort),
        projectionType: ProjectionType[index.projection],
      })),
      encryption: TableEncryptionV2.customerManagedKey(this.#key),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
    });
    this.tableName = this.#table.tableName;
  }

  /**
   * Reads, writes and deletes items (what keeps the references between resources) and queries the indexes; neither scans
   * nor changes the table.
   */
  grantReadWriteDelete(fn: HouseFunction): void {
    this.#grant(fn, [...READ_ACTIONS, ...WRITE_ACTIONS, 'dynamodb:DeleteItem']);
  }

  /** The same without checks of items that it does not write. */
  grantStore(fn: HouseFunction): void {
    const reads = READ_ACTIONS.filter((action) => action !== 'dynamodb:ConditionCheckItem');
    this.#grant(fn, [...reads, ...WRITE_ACTIONS, 'dynamodb:DeleteItem']);
  }

  #grant(fn: HouseFunction, actions: string[]): void {
    const indexes = Object.values(TABLE_INDEXES).map(({ name }) => `${this.#table.tableArn}/index/${name}`);
    fn.allow({ actions, resources: [this.#table.tableArn] });
    fn.allow({ actions: ['dynamodb:Query'], resources: indexes });
    // DynamoDB uses the key in the caller's name; the condition keeps the caller from using it in any other way.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    fn.allow({
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [this.#key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(this).region}.amazonaws.com` } },
    });
  }
}

function text(name: string): Attribute {
  return { name, type: AttributeType.STRING };
}
