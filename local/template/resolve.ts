import { isDeepStrictEqual } from 'node:util';
import { arnOf, type StackNames } from './names.ts';
import type { Template } from './template.ts';

/** Thrown inside `resolve`; the caller knows the logical id and turns it into a `TemplateError`. */
export class UnresolvableError extends Error {}

/** Where references lead: the ids and attributes of the resources provisioned so far. */
export interface ResolveScope {
  readonly template: Template;
  readonly names: StackNames;
  reference(logicalID: string): string;
  attribute(logicalID: string, attribute: string): unknown;
}

/** Stands for a property that `AWS::NoValue` takes away. */
const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: ResolveScope) => unknown;

/** The value with every intrinsic function replaced by what it stands for; an unknown function is an error. */
export function resolve(value: unknown, scope: ResolveScope): unknown {
  const resolved = resolveValue(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

/** Whether a named condition of the template holds. */
export function holds(condition: string, scope: ResolveScope): boolean {
  const definition = scope.template.Conditions[condition];
  if (definition === undefined) throw new UnresolvableError(`condition ${condition} is not in the template`);
  return resolveValue(definition, scope) === true;
}

function resolveValue(value: unknown, scope: ResolveScope): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => resolveValue(entry, scope)).filter((entry) => entry !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && isIntrinsicName(only[0])) {
    const intrinsic = INTRINSICS[only[0]];
    if (!intrinsic) throw new UnresolvableError(`${only[0]} is not known on one machine`);
    return intrinsic(only[1], scope);
  }
  return Object.fromEntries(
    entries
      .map(([key, entry]): [string, unknown] => [key, resolveValue(entry, scope)])
      .filter(([, entry]) => entry !== NO_VALUE),
  );
}

const isIntrinsicName = (name: string): boolean => name === 'Ref' || name.startsWith('Fn::');

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => reference(text(argument, 'Ref'), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalID = '', ...attribute] =
      typeof argument === 'string' ? argument.split('.') : texts(argument, 'Fn::GetAtt');
    return scope.attribute(logicalID, attribute.join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, scope, 'Fn::Join');
    return texts(parts, 'Fn::Join').join(text(separator, 'Fn::Join'));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(argument, scope, 'Fn::Select');
    const chosen: unknown = Array.isArray(values) ? values[Number(index)] : undefined;
    if (chosen === undefined) throw new UnresolvableError(`Fn::Select has no element ${String(index)}`);
    return chosen;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, value] = list(argument, scope, 'Fn::Split');
    return text(value, 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::If': (argument, scope) => {
    if (!Array.isArray(argument) || argument.length !== 3) throw new UnresolvableError('Fn::If is malformed');
    return resolveValue(holds(text(argument[0], 'Fn::If'), scope) ? argument[1] : argument[2], scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument, scope, 'Fn::Equals');
    return isDeepStrictEqual(left, right);
  },
  'Fn::Not': (argument, scope) =>
    condition(Array.isArray(argument) ? argument[0] : argument, scope) === false,
  'Fn::And': (argument, scope) =>
    Array.isArray(argument) && argument.every((entry) => condition(entry, scope)),
  'Fn::Or': (argument, scope) => Array.isArray(argument) && argument.some((entry) => condition(entry, scope)),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = texts(resolveValue(argument, scope), 'Fn::FindInMap');
    const found = scope.template.Mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
    if (found === undefined)
      throw new UnresolvableError(`Fn::FindInMap finds nothing at ${map}.${first}.${second}`);
    return found;
  },
};

function condition(value: unknown, scope: ResolveScope): boolean {
  if (typeof value === 'object' && value !== null && 'Condition' in value) {
    return holds(text(value.Condition, 'Condition'), scope);
  }
  return resolveValue(value, scope) === true;
}

function substitute(argument: unknown, scope: ResolveScope): string {
  const [pattern, own]: unknown[] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = new Map(
    Object.entries(typeof own === 'object' && own !== null ? own : {}).map(
      ([name, value]): [string, unknown] => [name, resolveValue(value, scope)],
    ),
  );
  return text(pattern, 'Fn::Sub').replaceAll(
    /\$\{(!?)([^}]+)\}/g,
    (_match, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (variables.has(name)) return text(variables.get(name), 'Fn::Sub');
      const [logicalID = '', ...attribute] = name.split('.');
      const value =
        attribute.length > 0 ? scope.attribute(logicalID, attribute.join('.')) : reference(logicalID, scope);
      return text(value, 'Fn::Sub');
    },
  );
}

function reference(name: string, scope: ResolveScope): unknown {
  const pseudo = PSEUDO_PARAMETERS[name];
  if (pseudo) return pseudo(scope.names);
  const parameter = scope.template.Parameters[name];
  if (parameter) {
    if (parameter.Default === undefined) throw new UnresolvableError(`parameter ${name} has no default`);
    return parameter.Default;
  }
  if (!(name in scope.template.Resources))
    throw new UnresolvableError(`Ref to ${name}, which is not in the template`);
  return scope.reference(name);
}

const PSEUDO_PARAMETERS: Readonly<Record<string, (names: StackNames) => unknown>> = {
  'AWS::Region': (names) => names.region,
  'AWS::AccountId': (names) => names.accountID,
  'AWS::Partition': () => 'aws',
  'AWS::URLSuffix': () => 'amazonaws.com',
  'AWS::StackName': (names) => names.stackName,
  'AWS::StackId': (names) => arnOf(names, 'cloudformation', `stack/${names.stackName}/local`),
  'AWS::NoValue': () => NO_VALUE,
};

function list(argument: unknown, scope: ResolveScope, intrinsic: string): unknown[] {
  const resolved = resolveValue(argument, scope);
  if (!Array.isArray(resolved)) throw new UnresolvableError(`${intrinsic} needs a list`);
  return resolved;
}

function texts(value: unknown, intrinsic: string): string[] {
  if (!Array.isArray(value)) throw new UnresolvableError(`${intrinsic} needs a list`);
  return value.map((entry) => text(entry, intrinsic));
}

function text(value: unknown, intrinsic: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new UnresolvableError(`${intrinsic} needs text`);
}
