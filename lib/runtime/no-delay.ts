import net, { type Server, type ServerOpts, type Socket } from 'node:net';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Switches Nagle's algorithm off for every TCP socket that is opened after the call. Node-RED's own TCP, HTTP and
 * MQTT nodes never do: without this an answer to a reader waits for the next read (about 40 ms, or a
 * whole period of a steady reader).
 */
export function sendAtOnce(): void {
  const createServer = net.createServer.bind(net);
  const connect = Reflect.get(net.Socket.prototype, 'connect') as (
    ...parameters: unknown[]
  ) => Socket;

  net.createServer = function (
    first?: ServerOpts | ((socket: Socket) => void),
    second?: (socket: Socket) => void,
  ): Server {
    const options = typeof first === 'object' ? first : {};
    const listener = typeof first === 'function' ? first : second;
    return createServer({ ...options, noDelay: true }, listener);
  };
  net.Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]): Socket {
    this.setNoDelay(true);
    return Reflect.apply<Socket, unknown[], Socket>(connect, this, parameters);
  };
  syncBuiltinESMExports();
}
