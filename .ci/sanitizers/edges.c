// What ThreadSanitizer has to be told when Rust's standard library is not instrumented: which of its functions
// synchronize, and what a fence does. Linked into the tests with the linker's --wrap; see docs/SANITIZERS.md.
//
// Everything here adds a happens-before edge that exists in the program. A report is never suppressed by it.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define PASTE(a, b) a##b
#define WRAP(symbol) PASTE(__wrap_, symbol)
#define REAL(symbol) PASTE(__real_, symbol)

// Locks. The fast paths are inlined into our code and so instrumented: a compare-exchange that acquires, an exchange
// that releases. The slow paths are not. LOCK_CONTENDED and the others are the mangled names.

// std::sys::sync::mutex::futex::Mutex::lock_contended(&self)
void REAL(LOCK_CONTENDED)(void *mutex);
void WRAP(LOCK_CONTENDED)(void *mutex) {
    REAL(LOCK_CONTENDED)(mutex);
    __tsan_acquire(mutex);
}

// std::sys::sync::condvar::futex::Condvar::wait(&self, &Mutex): unlocks and locks the mutex.
void REAL(CONDVAR_WAIT)(void *condvar, void *mutex);
void WRAP(CONDVAR_WAIT)(void *condvar, void *mutex) {
    __tsan_release(mutex);
    REAL(CONDVAR_WAIT)(condvar, mutex);
    __tsan_acquire(mutex);
}

// std::sys::sync::condvar::futex::Condvar::wait_timeout(&self, &Mutex, Duration) -> bool
bool REAL(CONDVAR_WAIT_TIMEOUT)(void *condvar, void *mutex, uint64_t seconds, uint32_t nanoseconds);
bool WRAP(CONDVAR_WAIT_TIMEOUT)(void *condvar, void *mutex, uint64_t seconds, uint32_t nanoseconds) {
    __tsan_release(mutex);
    bool woken = REAL(CONDVAR_WAIT_TIMEOUT)(condvar, mutex, seconds, nanoseconds);
    __tsan_acquire(mutex);
    return woken;
}

// The end of a scoped thread, which the end of the scope waits for with an acquire load of a counter.
// std::thread::scoped::ScopeData::decrement_num_running_threads(&self, panicked: bool)
void REAL(END_OF_SCOPED_THREAD)(void *scope, bool panicked);
void WRAP(END_OF_SCOPED_THREAD)(void *scope, bool panicked) {
    // The counter is one of its three words.
    for (size_t word = 0; word < 3; word++) {
        __tsan_release((char *)scope + word * sizeof(void *));
    }
    REAL(END_OF_SCOPED_THREAD)(scope, panicked);
}

// Fences. ThreadSanitizer carries them out, but draws no edge from them. A fence that acquires makes an acquire of each
// load before it that was none: so the last few of those are noted, by address. (It acquires what was released there
// until the fence, which may be a little more than what was read.) Nothing here needs a fence that releases.

enum { RELAXED = 0, RELEASE = 3 };
enum { NOTED = 8 };

static __thread void *noted[NOTED];
static __thread unsigned next;

static void note(const volatile void *address, int order) {
    if (order == RELAXED || order == RELEASE) {
        noted[next++ % NOTED] = (void *)address;
    }
}

void __real___tsan_atomic_thread_fence(int order);
void __wrap___tsan_atomic_thread_fence(int order) {
    __real___tsan_atomic_thread_fence(order);
    if (order != RELEASE) {
        for (size_t i = 0; i < NOTED; i++) {
            if (noted[i] != NULL) {
                __tsan_acquire(noted[i]);
            }
        }
    }
}

#define LOAD(bits, type)                                                                           \
    type __real___tsan_atomic##bits##_load(const volatile type *, int);                            \
    type __wrap___tsan_atomic##bits##_load(const volatile type *address, int order) {              \
        type value = __real___tsan_atomic##bits##_load(address, order);                            \
        note(address, order);                                                                      \
        return value;                                                                              \
    }

#define CHANGE(bits, type, operation)                                                              \
    type __real___tsan_atomic##bits##_##operation(volatile type *, type, int);                     \
    type __wrap___tsan_atomic##bits##_##operation(volatile type *address, type value, int order) { \
        type old = __real___tsan_atomic##bits##_##operation(address, value, order);                \
        note(address, order);                                                                      \
        return old;                                                                                \
    }

#define COMPARE_EXCHANGE(bits, type)                                                               \
    type __real___tsan_atomic##bits##_compare_exchange_val(volatile type *, type, type, int, int); \
    type __wrap___tsan_atomic##bits##_compare_exchange_val(                                        \
        volatile type *address, type expected, type value, int order, int failure) {               \
        type old = __real___tsan_atomic##bits##_compare_exchange_val(                              \
            address, expected, value, order, failure);                                             \
        note(address, old == expected ? order : failure);                                          \
        return old;                                                                                \
    }

#define ATOMIC(bits, type)          \
    LOAD(bits, type)                \
    CHANGE(bits, type, exchange)    \
    CHANGE(bits, type, fetch_add)   \
    CHANGE(bits, type, fetch_sub)   \
    CHANGE(bits, type, fetch_and)   \
    CHANGE(bits, type, fetch_or)    \
    COMPARE_EXCHANGE(bits, type)

ATOMIC(8, uint8_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)
