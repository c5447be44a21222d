"""A Modbus server on pymodbus, for tests. Usage: pymodbus_server.py tcp | rtu DEVICE

Prints "ready PORT" once it serves (PORT is 0 for rtu), then "coil ADDRESS VALUE MILLISECONDS" for every write of a
coil, with the system's monotonic time.
"""

import asyncio
import logging
import sys
import time

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer


def say(*words):
    print(*words, flush=True)


class Coils(ModbusSequentialDataBlock):
    def setValues(self, address, values):
        super().setValues(address, values)
        now = time.monotonic() * 1000
        for offset, value in enumerate(values):
            say("coil", address + offset, int(value), now)


async def serve_tcp(context):
    server = ModbusTcpServer(context, address=("127.0.0.1", 0), allow_reuse_address=True)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    say("ready", server.server.sockets[0].getsockname()[1])
    await serving


async def serve_rtu(context, device):
    server = ModbusSerialServer(context, ModbusRtuFramer, port=device, baudrate=115200)
    await server.start()
    say("ready", 0)
    await asyncio.get_running_loop().create_future()


def main():
    # It reports every connection that ends as an error.
    logging.disable(logging.CRITICAL)
    block = ModbusSequentialDataBlock(0, [0] * 16)
    slave = ModbusSlaveContext(co=Coils(0, [0] * 16), di=block, hr=block, ir=block, zero_mode=True)
    context = ModbusServerContext(slaves=slave, single=True)
    if sys.argv[1] == "rtu":
        asyncio.run(serve_rtu(context, sys.argv[2]))
    else:
        # The server takes the loop that is current when it is made.
        asyncio.get_event_loop_policy().new_event_loop().run_until_complete(serve_tcp(context))


main()
