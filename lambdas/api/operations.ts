import type { Operation } from './define-operation.ts';
import { createAuthentication } from './authentications/create-authentication.ts';
import { deleteAuthentication } from './authentications/delete-authentication.ts';
import { getAuthentication } from './authentications/get-authentication.ts';
import { listAuthentications } from './authentications/list-authentications.ts';
import { searchAuthentications } from './authentications/search-authentications.ts';
import { updateAuthentication } from './authentications/update-authentication.ts';
import { createKey } from './keys/create-key.ts';
import { getKey } from './keys/get-key.ts';
import { listKeys } from './keys/list-keys.ts';
import { revokeKey } from './keys/revoke-key.ts';
import { createDestination } from './destinations/create-destination.ts';
import { deleteDestination } from './destinations/delete-destination.ts';
import { getDestination } from './destinations/get-destination.ts';
import { listDestinations } from './destinations/list-destinations.ts';
import { searchDestinations } from './destinations/search-destinations.ts';
import { updateDestination } from './destinations/update-destination.ts';
import { createSource } from './sources/create-source.ts';
import { deleteSource } from './sources/delete-source.ts';
import { getSource } from './sources/get-source.ts';
import { listSources } from './sources/list-sources.ts';
import { getDockerSourceStreams } from './sources/get-docker-source-streams.ts';
import { runSource } from './sources/run-source.ts';
import { searchSources } from './sources/search-sources.ts';
import { triggerDockerSourceDiscover } from './sources/trigger-docker-source-discover.ts';
import { updateSource } from './sources/update-source.ts';
import { validateSourceBeforeUpdate } from './sources/validate-source-before-update.ts';
import { validateSource } from './sources/validate-source.ts';
import { createTask } from './tasks/create-task.ts';
import { deleteTask } from './tasks/delete-task.ts';
import { disableTask } from './tasks/disable-task.ts';
import { enableTask } from './tasks/enable-task.ts';
import { getTask } from './tasks/get-task.ts';
import { listTasks } from './tasks/list-tasks.ts';
import { replaceTask } from './tasks/replace-task.ts';
import { runTask } from './tasks/run-task.ts';
import { searchTasks } from './tasks/search-tasks.ts';
import { updateTask } from './tasks/update-task.ts';
import { createTaskV1 } from './tasks-v1/create-task-v1.ts';
import { deleteTaskV1 } from './tasks-v1/delete-task-v1.ts';
import { disableTaskV1 } from './tasks-v1/disable-task-v1.ts';
import { enableTaskV1 } from './tasks-v1/enable-task-v1.ts';
import { getTaskV1 } from './tasks-v1/get-task-v1.ts';
import { listTasksV1 } from './tasks-v1/list-tasks-v1.ts';
import { runTaskV1 } from './tasks-v1/run-task-v1.ts';
import { searchTasksV1 } from './tasks-v1/search-tasks-v1.ts';
import { updateTaskV1 } from './tasks-v1/update-task-v1.ts';
import { push } from './push/push.ts';
import { pushTask } from './push/push-task.ts';
import { createTransformation } from './transformations/create-transformation.ts';
import { deleteTransformation } from './transformations/delete-transformation.ts';
import { getTransformation } from './transformations/get-transformation.ts';
import { listTransformations } from './transformations/list-transformations.ts';
import { searchTransformations } from './transformations/search-transformations.ts';
import { tryTransformation } from './transformations/try-transformation.ts';
import { updateTransformation } from './transformations/update-transformation.ts';
import { tryTransformationBeforeUpdate } from './transformations/try-transformation-before-update.ts';
import { getRun } from './runs/get-run.ts';
import { listRuns } from './runs/list-runs.ts';
import { getEvent } from './run-events/get-event.ts';
import { listEvents } from './run-events/list-events.ts';
import { getWebhook } from './webhooks/get-webhook.ts';
import { listWebhookDeliveries } from './webhooks/list-webhook-deliveries.ts';
import { registerWebhook } from './webhooks/register-webhook.ts';
import { rotateWebhook } from './webhooks/rotate-webhook.ts';
import { setWebhook } from './webhooks/set-webhook.ts';
import { unregisterWebhook } from './webhooks/unregister-webhook.ts';
import { createAlert } from './alerts/create-alert.ts';
import { deleteAlert } from './alerts/delete-alert.ts';
import { getAlert } from './alerts/get-alert.ts';
import { listAlerts } from './alerts/list-alerts.ts';
import { testAlert } from './alerts/test-alert.ts';
import { updateAlert } from './alerts/update-alert.ts';
import { acknowledgeIncident } from './incidents/acknowledge-incident.ts';
import { getIncident } from './incidents/get-incident.ts';
import { listIncidentDeliveries } from './incidents/list-incident-deliveries.ts';
import { listIncidents } from './incidents/list-incidents.ts';
import { createLink } from './links/create-link.ts';
import { deleteLink } from './links/delete-link.ts';
import { getLink } from './links/get-link.ts';
import { listLinks } from './links/list-links.ts';
import { updateLink } from './links/update-link.ts';
import { listHostedTasks } from './links/list-hosted-tasks.ts';
import { listHostedStarts } from './links/list-hosted-starts.ts';
import { setHostedSchedule } from './links/set-hosted-schedule.ts';
import { approveRun } from './ext/approve-run.ts';
import { cancelRun } from './ext/cancel-run.ts';
import { discardRun } from './ext/discard-run.ts';
import { getTaskPolicy } from './ext/get-task-policy.ts';
import { listRejectedRecords } from './ext/list-rejected-records.ts';
import { replayRejectedRecords } from './ext/replay-rejected-records.ts';
import { setTaskPolicy } from './ext/set-task-policy.ts';

/** Every operation of the API: what is not listed here is not served. */
export const OPERATIONS: readonly Operation[] = [
  createKey,
  getKey,
  listKeys,
  revokeKey,
  createAuthentication,
  deleteAuthentication,
  getAuthentication,
  listAuthentications,
  searchAuthentications,
  updateAuthentication,
  createDestination,
  deleteDestination,
  getDestination,
  listDestinations,
  searchDestinations,
  updateDestination,
  createSource,
  deleteSource,
  getSource,
  listSources,
  searchSources,
  updateSource,
  validateSource,
  validateSourceBeforeUpdate,
  triggerDockerSourceDiscover,
  getDockerSourceStreams,
  runSource,
  createTask,
  deleteTask,
  disableTask,
  enableTask,
  getTask,
  listTasks,
  replaceTask,
  runTask,
  searchTasks,
  updateTask,
  createTaskV1,
  deleteTaskV1,
  disableTaskV1,
  enableTaskV1,
  getTaskV1,
  listTasksV1,
  runTaskV1,
  searchTasksV1,
  updateTaskV1,
  push,
  pushTask,
  createTransformation,
  deleteTransformation,
  getTransformation,
  listTransformations,
  searchTransformations,
  tryTransformation,
  updateTransformation,
  tryTransformationBeforeUpdate,
  getRun,
  listRuns,
  getEvent,
  listEvents,
  cancelRun,
  approveRun,
  discardRun,
  listRejectedRecords,
  replayRejectedRecords,
  getTaskPolicy,
  setTaskPolicy,
  createAlert,
  deleteAlert,
  getAlert,
  listAlerts,
  testAlert,
  updateAlert,
  acknowledgeIncident,
  getIncident,
  listIncidentDeliveries,
  listIncidents,
  getWebhook,
  setWebhook,
  rotateWebhook,
  registerWebhook,
  unregisterWebhook,
  listWebhookDeliveries,
  createLink,
  deleteLink,
  getLink,
  listLinks,
  updateLink,
  listHostedTasks,
  listHostedStarts,
  setHostedSchedule,
];
