import type { Offsets } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { OffsetCommits } from './offset-commits.ts';

const commit = (partition: number, offset: number, topic = 'spirit.booking') => ({
  topic,
  partition,
  offset: String(offset),
  metadata: String(offset * 10),
});

/** A broker that answers when it is told to. */
const aBroker = () => {
  const requests: { offsets: Offsets; answer: () => void; fail: (error: Error) => void }[] = [];
  const send = (offsets: Offsets): Promise<void> =>
    new Promise((answer, fail) => requests.push({ offsets: structuredClone(offsets), answer, fail }));
  return { requests, send };
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('offsets on their way to Kafka', () => {
  it('go one request at a time, the next with all that has gathered meanwhile', async () => {
    const [commits, { requests, send }] = [new OffsetCommits(), aBroker()];
    commits.note(commit(0, 1));
    const first = commits.flush(send);
    await turn();
    commits.note(commit(0, 2));
    const second = commits.flush(send);
    commits.note(commit(1, 7));
    commits.note(commit(0, 5, 'spirit.stay'));
    const third = commits.flush(send);
    await turn();
    expect(requests.map(({ offsets }) => offsets)).toEqual([
      { topics: [{ topic: 'spirit.booking', partitions: [commit(0, 1)] }] },
    ]);
    requests[0]?.answer();
    await first;
    await turn();
    expect(requests[1]?.offsets).toEqual({
      topics: [
        { topic: 'spirit.booking', partitions: [commit(0, 2), commit(1, 7)] },
        { topic: 'spirit.stay', partitions: [commit(0, 5, 'spirit.stay')] },
      ],
    });
    requests[1]?.answer();
    await Promise.all([second, third]);
    expect(requests).toHaveLength(2);
    expect(commits.isEmpty).toBe(true);
  });

  it('go again with the next flush when they were refused', async () => {
    const [commits, { requests, send }] = [new OffsetCommits(), aBroker()];
    commits.note(commit(0, 1));
    const refused = commits.flush(send);
    await turn();
    requests[0]?.fail(new Error('the coordinator is loading'));
    await expect(refused).rejects.toThrow('loading');
    expect(commits.isEmpty).toBe(false);
    const again = commits.flush(send);
    await turn();
    requests[1]?.answer();
    await again;
    expect(requests[1]?.offsets).toEqual(requests[0]?.offsets);
    expect(commits.isEmpty).toBe(true);
  });

  it('do not lose what was noted for the same partition while a request was under way', async () => {
    const [commits, { requests, send }] = [new OffsetCommits(), aBroker()];
    commits.note(commit(0, 1));
    const first = commits.flush(send);
    await turn();
    commits.note(commit(0, 2));
    requests[0]?.answer();
    await first;
    expect(commits.isEmpty).toBe(false);
  });

  it('drop those of partitions that others read now', async () => {
    const [commits, { requests, send }] = [new OffsetCommits(), aBroker()];
    commits.note(commit(0, 1));
    commits.note(commit(1, 1));
    commits.keep((_, partition) => partition === 1);
    const flushed = commits.flush(send);
    await turn();
    requests[0]?.answer();
    await flushed;
    expect(requests[0]?.offsets.topics[0]?.partitions).toEqual([commit(1, 1)]);
  });

  it('need no request when there are none', async () => {
    const { requests, send } = aBroker();
    await new OffsetCommits().flush(send);
    expect(requests).toEqual([]);
  });
});
