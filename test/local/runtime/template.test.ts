import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkTemplate } from '../../../local/template/check-template.ts';
import { inDependencyOrder } from '../../../local/template/dependencies.ts';
import { defineResourceType, notNeeded } from '../../../local/template/resource-type.ts';
import { resolve, type ResolveScope } from '../../../local/template/resolve.ts';
import { parseTemplate } from '../../../local/template/template.ts';

const names = { stackName: 'millrace-local', region: 'us-east-1', accountID: '000000000000' };

const template = parseTemplate({
  Parameters: { Size: { Type: 'Number', Default: 5 }, Empty: { Type: 'String' } },
  Mappings: { Sizes: { small: { memory: 128 } } },
  Conditions: {
    IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    IsElsewhere: { 'Fn::Not': [{ Condition: 'IsHere' }] },
    Both: { 'Fn::And': [{ Condition: 'IsHere' }, { Condition: 'IsElsewhere' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsHere' }, { Condition: 'IsElsewhere' }] },
  },
  Resources: { Queue: { Type: 'Test::Queue' } },
});

const scope: ResolveScope = {
  template,
  names,
  reference: (logicalID) => `id-of-${logicalID}`,
  attribute: (logicalID, attribute) => `${attribute}-of-${logicalID}`,
};

describe('resolving a value of the template', () => {
  it.each([
    [{ Ref: 'Queue' }, 'id-of-Queue'],
    [{ Ref: 'Size' }, 5],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ Ref: 'AWS::StackName' }, 'millrace-local'],
    [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Arn-of-Queue'],
    [{ 'Fn::GetAtt': 'Queue.Endpoint.Address' }, 'Endpoint.Address-of-Queue'],
    [{ 'Fn::Join': [':', ['arn', { Ref: 'AWS::Partition' }, 5]] }, 'arn:aws:5'],
    [
      { 'Fn::Sub': 'cdk-${AWS::AccountId}-${Queue.Arn}-${!Literal}' },
      'cdk-000000000000-Arn-of-Queue-${Literal}',
    ],
    [{ 'Fn::Sub': ['${a}/${Size}', { a: { Ref: 'Queue' } }] }, 'id-of-Queue/5'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::If': ['IsHere', 'yes', { Ref: 'Nowhere' }] }, 'yes'],
    [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
    [{ a: 1, b: { Ref: 'AWS::NoValue' } }, { a: 1 }],
    [['a', { Ref: 'AWS::NoValue' }], ['a']],
    [{ Condition: { Bool: { a: 'false' } } }, { Condition: { Bool: { a: 'false' } } }],
  ])('gives for %j what CloudFormation gives', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it.each([
    [{ Ref: 'Nowhere' }, 'Nowhere'],
    [{ Ref: 'Empty' }, 'Empty has no default'],
    [{ 'Fn::ImportValue': 'x' }, 'Fn::ImportValue is not known'],
    [{ 'Fn::Select': [7, ['a']] }, 'no element 7'],
    [{ 'Fn::If': ['Unheard', 1, 2] }, 'condition Unheard'],
  ])('refuses %j and names what is wrong', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

describe('the order of resources', () => {
  const resourcesOf = (resources: Record<string, object>) =>
    parseTemplate({
      Resources: Object.fromEntries(
        Object.entries(resources).map(([id, rest]) => [id, { Type: 'Test::Any', ...rest }]),
      ),
    }).Resources;

  it('puts each resource after those that it refers to in any way', () => {
    const waves = inDependencyOrder(
      resourcesOf({
        d: { Properties: { x: { 'Fn::Sub': 'x-${c.Arn}-${AWS::Region}' } } },
        c: { Properties: { deep: [{ x: { Ref: 'b' } }] } },
        b: { Properties: { x: { 'Fn::GetAtt': ['a', 'Arn'] } } },
        a: {},
        e: { DependsOn: 'd' },
      }),
    );
    expect(waves).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
  });

  it('names the resources of a circle', () => {
    const circle = resourcesOf({ a: { Properties: { x: { Ref: 'b' } } }, b: { DependsOn: ['a'] } });
    expect(() => inDependencyOrder(circle)).toThrow('a, b: refer to each other in a circle');
  });
});

describe('a template that the machine does not know all of', () => {
  const known = defineResourceType({
    type: 'Test::Queue',
    properties: z.strictObject({
      Name: z.string().optional(),
      Redrive: z.strictObject({ Target: z.string() }).optional(),
      Tags: notNeeded('Labels.'),
    }),
    provision: async () => ({ physicalID: 'x' }),
  });
  const check = (resource: object, rest: object = {}) =>
    checkTemplate(
      parseTemplate({ Resources: { Mine: resource }, ...rest }),
      names,
      new Map([[known.type, known]]),
    );

  it('passes when every property is known, those without a meaning included', () => {
    const Properties = { Name: { Ref: 'AWS::StackName' }, Tags: [{ any: 'thing' }] };
    expect(() => check({ Type: 'Test::Queue', Properties })).not.toThrow();
  });

  it('is refused for an unknown type, with the logical id', () => {
    expect(() => check({ Type: 'Test::Topic' })).toThrow(
      'Template resource Mine: type Test::Topic is not known on one machine',
    );
  });

  it('is refused for an unknown property, with the logical id, the type and the property', () => {
    expect(() => check({ Type: 'Test::Queue', Properties: { Fifo: true } })).toThrow(
      'Template resource Mine: Test::Queue: property Fifo is not known on one machine',
    );
  });

  it('is refused for an unknown property deep inside, with the way to it', () => {
    const Properties = { Redrive: { Target: { 'Fn::GetAtt': ['Mine', 'Arn'] }, Count: 3 } };
    expect(() => check({ Type: 'Test::Queue', Properties })).toThrow(
      'Mine: Test::Queue: property Redrive.Count is not known',
    );
  });

  it('is refused for an unknown attribute of a resource and for an unknown section', () => {
    expect(() => check({ Type: 'Test::Queue', CreationPolicy: {} })).toThrow('CreationPolicy');
    expect(() => check({ Type: 'Test::Queue' }, { Transform: 'x' })).toThrow('Transform');
  });

  it('is not refused for a resource whose condition does not hold', () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    expect(() =>
      check({ Type: 'Test::Queue', Condition: 'Never', Properties: { Fifo: true } }, { Conditions }),
    ).not.toThrow();
  });
});
