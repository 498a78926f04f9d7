/** The connection to a homeserver: finds it, logs in, and follows `/sync`. Knows nothing of Seabird. */
export type { MatrixClient } from "./connection/matrix-client.ts";
