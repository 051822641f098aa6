import type { PodStatus } from '../contract/deploy.ts';
import { costSoFar, type PodRecord } from './pod-records.ts';

/** A pod as documents tell it. */
export function podStatus(record: PodRecord, state: string, now: Date): PodStatus {
  const { id, name, gpu, costPerHour, url, createdAt } = record;
  return { id, name, gpu, costPerHour, costUsd: costSoFar(record, now), url, createdAt, state };
}
