// The zone of an app, which knows whether the app is busy as Angular's does: by the
// timers and requests that were begun inside of it and are not over.

const begun = [];
let isBusy = false;

const zone = Zone.current.fork({
  name: 'app',
  onScheduleTask(parent, current, target, task) {
    if (task.type !== 'microTask') begun.push(`${task.type} ${task.source}`);
    return parent.scheduleTask(target, task);
  },
  onHasTask(parent, current, target, state) {
    parent.hasTask(target, state);
    if (current === target && state.change === 'macroTask') isBusy = state.macroTask;
  },
});

globalThis.app = {
  /** Calls inside of the zone: whatever the call begins before it returns is the app's. */
  run: (call) => zone.run(call),
  isBusy: () => isBusy,
  /** Timers, requests and listeners that were begun in there since this was asked last. */
  begun: () => begun.splice(0),
  /** Whether this runs in there. */
  isInside: () => Zone.current === zone,
};
