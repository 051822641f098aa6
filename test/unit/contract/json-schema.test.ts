import { describe, expect, it } from 'vitest';
import { eventBodySchemas, eventSchema, eventTypes } from '../../../src/contract/events.ts';
import { exitCodes } from '../../../src/contract/exit-codes.ts';
import { documents, jsonSchema } from '../../../src/contract/json-schema.ts';
import { emptyResult } from '../../../src/pipeline/result.ts';

describe('JSON Schema', () => {
  it.each(Object.keys(documents) as (keyof typeof documents)[])('%s has one', (name) => {
    const schema = jsonSchema(name) as Record<string, unknown>;
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.properties ?? schema.oneOf ?? schema.anyOf).toBeDefined();
  });
});

describe('events', () => {
  it('has every body in the union of lines', () => {
    const lines = eventSchema.options.map((option) => option.shape.type.value);
    expect([...lines].sort()).toEqual([...eventTypes].sort());
  });

  it('accepts an empty result and refuses an unknown type', () => {
    expect(eventBodySchemas.result.parse({ type: 'result', ...emptyResult }).ok).toBe(false);
    const unknown = { v: 1, at: new Date().toISOString(), type: 'dance' };
    expect(eventSchema.safeParse(unknown).success).toBe(false);
  });
});

describe('exit codes', () => {
  it('are those of the contract, each once', () => {
    const numbers = Object.values(exitCodes);
    expect(numbers).toEqual([0, 1, 2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 129, 130, 143]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
