/*
 * A Modbus TCP server on libmodbus, for tests. It serves several connections, one request at a time, and ends a
 * connection as soon as an answer cannot be sent, like the servers on many boards.
 *
 * Prints "ready PORT" once it serves, then "coil ADDRESS VALUE MILLISECONDS" for every write of a coil, with the
 * system's monotonic time.
 */
#include <arpa/inet.h>
#include <modbus.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

enum { COILS = 16, WRITE_COIL = 5 };

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1e3 + at.tv_nsec / 1e6;
}

static int serve(modbus_t *context, modbus_mapping_t *mapping, int connection)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    modbus_set_socket(context, connection);
    int length = modbus_receive(context, query);
    if (length < 0) return -1;
    int header = modbus_get_header_length(context);
    if (length > 0) length = modbus_reply(context, query, length, mapping);
    if (query[header] == WRITE_COIL) {
        int address = query[header + 1] << 8 | query[header + 2];
        if (address < COILS) printf("coil %d %d %.3f\n", address, mapping->tab_bits[address], now());
    }
    return length < 0 ? -1 : 0;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new(COILS, COILS, 0, 0);
    int listener = modbus_tcp_listen(context, 8);
    if (listener < 0 || mapping == NULL) return 1;

    struct sockaddr_in address;
    socklen_t size = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("ready %d\n", ntohs(address.sin_port));

    fd_set open, due;
    FD_ZERO(&open);
    FD_SET(listener, &open);
    for (;;) {
        due = open;
        if (select(FD_SETSIZE, &due, NULL, NULL, NULL) < 0) return 1;
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (!FD_ISSET(fd, &due)) continue;
            if (fd == listener) {
                int connection = accept(listener, NULL, NULL);
                if (connection >= 0) FD_SET(connection, &open);
            } else if (serve(context, mapping, fd) < 0) {
                close(fd);
                FD_CLR(fd, &open);
            }
        }
    }
}
