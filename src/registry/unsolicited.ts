import type { Agent } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Makes an agent end a kept connection on which something comes that nobody asked for. Node.js would take it for
 * the answer to the next request: a proxy that repeats an answer would decide what the next tag points at.
 */
export function refuseUnsolicited(agent: Agent): Agent {
  const keep = agent.keepSocketAlive.bind(agent)
  const reuse = agent.reuseSocket.bind(agent)
  agent.keepSocketAlive = (socket): unknown => {
    const isKept: unknown = keep(socket)
    if (isKept !== false) socket.on('data', end)
    return isKept
  }
  agent.reuseSocket = (socket, request): void => {
    socket.off('data', end)
    // Here already, but not seen yet.
    if (socket.readableLength > 0) socket.destroy()
    reuse(socket, request)
  }
  return agent
}

function end(this: Duplex): void {
  this.destroy()
}
