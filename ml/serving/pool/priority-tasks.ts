import { Piscina } from 'piscina';

type TaskQueue = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>['taskQueue']>;
type Task = Parameters<TaskQueue['push']>[0];

/** Which goes first. Warm-ups are short, rare, and what a new version waits for. */
export const PRIORITIES = ['warm-up', 'interactive', 'backfill'] as const;
export type TaskPriority = (typeof PRIORITIES)[number];

/** Marks a task with its priority, for `priorityTasks`. */
export const withPriority = <T extends object>(task: T, priority: TaskPriority): T => ({
  ...task,
  [Piscina.queueOptionsSymbol]: { priority },
});

const priorityOf = (task: Task): TaskPriority =>
  (task[Piscina.queueOptionsSymbol as keyof Task] as { priority: TaskPriority } | null)?.priority ?? 'backfill';

/** A queue for Piscina: what waits goes by its priority, then in the order that it came. */
export const priorityTasks = (): TaskQueue => {
  const lanes = { 'warm-up': [], interactive: [], backfill: [] } satisfies Record<TaskPriority, Task[]> as Record<
    TaskPriority,
    Task[]
  >;
  return {
    get size() {
      return PRIORITIES.reduce((sum, priority) => sum + lanes[priority].length, 0);
    },
    shift: () =>
      PRIORITIES.map((priority) => lanes[priority])
        .find((lane) => lane.length > 0)
        ?.shift() ?? null,
    push: (task) => lanes[priorityOf(task)].push(task),
    unshift: (task) => lanes[priorityOf(task)].unshift(task),
    remove: (task) => {
      const lane = lanes[priorityOf(task)];
      const at = lane.indexOf(task);
      if (at >= 0) lane.splice(at, 1);
    },
  };
};
