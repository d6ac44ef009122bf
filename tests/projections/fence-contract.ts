import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Documents, DuplicateKeyError, type Write } from '../../infra/documents/documents.ts';
import { ViewLeases } from '../../projections/runner/view-leases.ts';

/** What must hold of leases over any document store; `open` connects as another process would. */
export const fenceContract = (open: () => Promise<Documents>): void => {
  let documents: Documents;
  let others: Documents;
  let views = 0;
  const newView = () => `view-${++views}`;
  const leasesOf = (owner: string, store = documents) => new ViewLeases(store, owner);
  const written = (id: string, by: string): Write => ({ collection: 'facts', id, put: { by } });

  beforeAll(async () => {
    documents = await open();
    others = await open();
    await ViewLeases.ensure(documents);
    await documents.ensure({ name: 'facts', indexes: [] });
  });
  afterAll(async () => {
    await documents.close();
    await others.close();
  });

  it('lets one of several have a view that all want at once', async () => {
    const view = newView();
    const taken = await Promise.all(
      ['a', 'b', 'c', 'd'].map((owner, index) => leasesOf(owner, index % 2 ? others : documents).take(view, undefined)),
    );
    expect(taken.filter((one) => one)).toHaveLength(1);
    const winner = ['a', 'b', 'c', 'd'][taken.indexOf(true)];
    expect((await ViewLeases.holders(others)).get(view)).toBe(winner);
  });

  it('lets one of several take a view from a dead one', async () => {
    const view = newView();
    expect(await leasesOf('dead').take(view, undefined)).toBe(true);
    const taken = await Promise.all(
      ['a', 'b', 'c'].map((owner, index) => leasesOf(owner, index % 2 ? others : documents).take(view, 'dead')),
    );
    expect(taken.filter((one) => one)).toHaveLength(1);
  });

  it('refuses all of a commit of one that lost the view, and lets the new one write', async () => {
    const view = newView();
    const [slept, awake] = [leasesOf('slept'), leasesOf('awake', others)];
    await slept.take(view, undefined);
    await documents.commit([written(view, 'slept'), slept.fence(view)]);
    expect(await awake.take(view, 'slept')).toBe(true);
    await others.commit([written(view, 'awake'), awake.fence(view)]);
    await expect(documents.commit([written(view, 'slept'), slept.fence(view)])).rejects.toThrow(DuplicateKeyError);
    expect(await documents.get('facts', view)).toEqual({ by: 'awake' });
  });

  it('lets no commit through behind the take-over, however many are under way', async () => {
    const view = newView();
    const [old, next] = [leasesOf('old'), leasesOf('next', others)];
    await old.take(view, undefined);
    let taken = false;
    const tooLate: string[] = [];
    // Each writes on until it is refused.
    const commits = Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 2_000; i++) {
        const late = taken;
        try {
          await documents.commit([written(view, 'old'), old.fence(view)]);
        } catch (error) {
          if (error instanceof DuplicateKeyError) return 'refused';
          throw error;
        }
        // After the take-over was acknowledged nothing may begin that succeeds.
        if (late) tooLate.push(`commit ${i}`);
      }
      return 'never refused';
    });
    expect(await next.take(view, 'old')).toBe(true);
    taken = true;
    await others.commit([written(view, 'next'), next.fence(view)]);
    expect(new Set(await Promise.all(commits))).toEqual(new Set(['refused']));
    expect(tooLate).toEqual([]);
    expect(await documents.get('facts', view)).toEqual({ by: 'next' });
  });

  it('lets owners of different views write at once', async () => {
    const [left, right] = [newView(), newView()];
    const [a, b] = [leasesOf('a'), leasesOf('b', others)];
    await a.take(left, undefined);
    await b.take(right, undefined);
    const writing = async (store: Documents, leases: ViewLeases, view: string) => {
      for (let i = 0; i < 30; i++) await store.commit([written(`${view}-${i}`, view), leases.fence(view)]);
    };
    await Promise.all([writing(documents, a, left), writing(others, b, right)]);
    expect(await documents.count('facts', { by: left })).toBe(30);
    expect(await documents.count('facts', { by: right })).toBe(30);
  });

  it('gives a view back for another to take', async () => {
    const view = newView();
    const [a, b] = [leasesOf('a'), leasesOf('b', others)];
    await a.take(view, undefined);
    expect(await b.take(view, undefined)).toBe(false);
    await a.release([view, 'never-had']);
    expect(await b.take(view, undefined)).toBe(true);
  });
};
