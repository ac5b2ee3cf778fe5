/* Shows a process another time of day: the real one plus what the file FAKED_CLOCK_FILE holds, seconds as a
   double. Clocks that measure durations are left alone. Built and preloaded by faked_clock.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile double *ahead;
static int (*real_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void open_file(void) {
    real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    const char *name = getenv("FAKED_CLOCK_FILE");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) ahead = page;
    close(file);
}

static void shift(struct timespec *shown) {
    if (!ahead) return;
    double seconds = *ahead;
    long long whole = (long long)seconds;
    long rest = shown->tv_nsec + (long)((seconds - (double)whole) * 1e9);
    if (rest < 0) { rest += 1000000000L; whole -= 1; }
    if (rest >= 1000000000L) { rest -= 1000000000L; whole += 1; }
    shown->tv_sec += whole;
    shown->tv_nsec = rest;
}

int clock_gettime(clockid_t clock, struct timespec *shown) {
    if (!real_gettime) real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real_gettime(clock, shown);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) shift(shown);
    return result;
}

int gettimeofday(struct timeval *shown, void *zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    shown->tv_sec = now.tv_sec;
    shown->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return (time_t)-1;
    if (kept) *kept = now.tv_sec;
    return now.tv_sec;
}
