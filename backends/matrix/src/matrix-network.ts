/** Connects a Matrix account with core: core's requests go to the network, its events to core. */
import { type BackendConnection, type BackendHost, Fatal } from "@seabird-chat/sdk/backend";
import type { MatrixSettings } from "./settings.ts";

export class MatrixNetwork implements BackendConnection<MatrixSettings> {
  static async connect(_host: BackendHost<MatrixSettings>): Promise<MatrixNetwork> {
    throw new Fatal("not built yet");
  }

  async close(): Promise<void> {}
}
