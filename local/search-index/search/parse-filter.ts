import type { Filter, NumericOperator } from './filter.ts';
import { createFilterError, splitFilter, type FilterToken } from './filter-tokens.ts';

const NUMERIC_OPERATORS: readonly string[] = ['<', '<=', '=', '!=', '>=', '>'];

/**
 * Parses Algolia's filter language: `a:b AND (c > 3 OR NOT d:e) AND price:1 TO 10 AND tag`. OR binds closer than AND,
 * as Algolia allows only conjunctions of disjunctions; here parentheses may nest freely. Throws Algolia's 400.
 */
export function parseFilter(expression: string): Filter {
  const parser = new FilterParser(expression);
  return parser.parse();
}

class FilterParser {
  readonly #expression: string;
  readonly #tokens: FilterToken[];
  #next = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = splitFilter(expression);
  }

  parse(): Filter {
    const filter = this.#parseAnd();
    if (this.#next < this.#tokens.length) throw this.#fail('Unexpected token');
    return filter;
  }

  #parseAnd(): Filter {
    const filters = [this.#parseOr()];
    while (this.#takeKeyword('AND')) filters.push(this.#parseOr());
    return combine('and', filters);
  }

  #parseOr(): Filter {
    const filters = [this.#parseNot()];
    while (this.#takeKeyword('OR')) filters.push(this.#parseNot());
    return combine('or', filters);
  }

  #parseNot(): Filter {
    if (this.#takeKeyword('NOT')) return { type: 'not', filter: this.#parseNot() };
    if (!this.#take('open')) return this.#parseCondition();
    const filter = this.#parseAnd();
    if (!this.#take('close')) throw this.#fail('Expected a closing parenthesis');
    return filter;
  }

  #parseCondition(): Filter {
    const attribute = this.#takeWord();
    const operator = this.#take('operator');
    if (operator) return this.#parseComparison(attribute, operator.text);
    if (!this.#take('colon')) return { type: 'facet', attribute: '_tags', value: attribute };
    const value = this.#takeValue();
    if (!this.#takeKeyword('TO')) return { type: 'facet', attribute, value };
    return {
      type: 'range',
      attribute,
      lower: this.#toNumber(value),
      upper: this.#toNumber(this.#takeWord()),
    };
  }

  #parseComparison(attribute: string, operator: string): Filter {
    if (!isNumericOperator(operator)) throw this.#fail('Unknown operator');
    return { type: 'number', attribute, operator, value: this.#toNumber(this.#takeWord()) };
  }

  /** A facet's value may hold colons: `url:http://…`. */
  #takeValue(): string {
    let value = this.#takeWord();
    while (this.#take('colon')) value += `:${this.#takeWord()}`;
    return value;
  }

  #toNumber(text: string): number {
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) throw this.#fail('Expected a number');
    return number;
  }

  #takeWord(): string {
    const token = this.#take('word');
    if (!token || isKeyword(token)) throw this.#fail('Expected an attribute or a value');
    return token.text;
  }

  #takeKeyword(keyword: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word' || token.isQuoted || token.text !== keyword) return false;
    this.#next++;
    return true;
  }

  #take(kind: FilterToken['kind']): FilterToken | undefined {
    const token = this.#tokens[this.#next];
    if (token?.kind !== kind) return undefined;
    this.#next++;
    return token;
  }

  #fail(problem: string): Error {
    const position = this.#tokens[this.#next]?.position ?? this.#expression.length;
    return createFilterError(this.#expression, position, problem);
  }
}

export function isNumericOperator(text: string): text is NumericOperator {
  return NUMERIC_OPERATORS.includes(text);
}

function isKeyword({ text, isQuoted }: FilterToken): boolean {
  return !isQuoted && ['AND', 'OR', 'NOT'].includes(text);
}

function combine(type: 'and' | 'or', filters: Filter[]): Filter {
  const [first] = filters;
  return filters.length === 1 && first ? first : { type, filters };
}
