/* The protocol of the waiter bit in the bounded queue, after docs/ALGORITHMS.md ("Waiting", "Bounded queue",
 * "Closing"): two putters, two getters, and somebody who closes. docs/spin/README.md says what is shown by it.
 *
 *     PUTS0 PUTS1 GETS0 GETS1    up to how many operations each of the four does, two at most; 1 if not said
 *     CAP                        how many slots there are: 1 or 2
 *     START_FULL                 the queue is full at the start; empty, if not
 *     CANCEL=true                every waiter may give up at any moment, in the way of a thread or of a task
 *     CLOSE                      somebody closes the queue, at any moment
 *     INLINE_WAKER               a waker may poll its task at once, on the thread that wakes it
 *     NEVER_SPURIOUS             a weak compare-exchange fails only if the word has changed
 */

#ifndef PUTS0
#define PUTS0 1
#endif
#ifndef PUTS1
#define PUTS1 1
#endif
#ifndef GETS0
#define GETS0 1
#endif
#ifndef GETS1
#define GETS1 1
#endif
#ifndef CANCEL
#define CANCEL false
#endif

#include "words.pml"
#include "faults.pml"
#include "line.pml"

/* How many are asleep for good: they will not give up. */
byte putters_asleep = 0;
byte getters_asleep = 0;

#include "putter.pml"
#include "getter.pml"

#ifdef FAULT_CLOSE_WAKES_ONE
#define empty_the_lines() \
    wake_one(tail, getters, getters_locked, first); \
    wake_one(head, putters, putters_locked, first)
#else
#define empty_the_lines() \
    wake_all(tail, getters, getters_locked, first, second); \
    wake_all(head, putters, putters_locked, first, second)
#endif

proctype Closer() {
    byte first, second;
#ifdef FAULT_CLOSE_LAST
    empty_the_lines();
#endif
    if
    :: d_step { tail = tail | CLOSED; check_i1() } /* Bounded::close: one fetch_or */
    :: goto end_done /* it stays open: else close would wake whoever was forgotten before */
    fi;
#ifndef FAULT_CLOSE_LAST
    empty_the_lines();
#endif
end_done:
    false
}

init {
    atomic {
#ifdef START_FULL
        fill();
#endif
        run Putter(0, PUTS0);
        run Putter(1, PUTS1);
        run Getter(0, GETS0);
        run Getter(1, GETS1);
#ifdef CLOSE
        run Closer()
#endif
    };
    atomic {
        timeout -> /* nobody can take a step */
        nobody_is_stuck = !putters_locked && !getters_locked && polled_by_waker == 0 &&
            (IS_FULL(tail, head) || stamp[INDEX(tail)] == FREE(tail)) &&
            (SAME_POSITION(tail, head) || stamp[INDEX(head)] == FULL(head));
        assert(nobody_is_stuck);
        no_getter_sleeps_beside_an_item = getters_asleep == 0 || SAME_POSITION(tail, head);
        assert(no_getter_sleeps_beside_an_item);
        no_putter_sleeps_beside_room = putters_asleep == 0 || IS_FULL(tail, head);
        assert(no_putter_sleeps_beside_room);
        nobody_sleeps_after_close = putters_asleep + getters_asleep == 0 || !(tail & CLOSED);
        assert(nobody_sleeps_after_close);
        no_item_is_lost = POSITION(tail) == accepted[0] + accepted[1] + accepted[2] &&
            POSITION(head) == delivered[0] + delivered[1] + delivered[2];
        assert(no_item_is_lost)
    };
    /* Whoever has neither finished nor sleeps is now reported by Spin: an invalid end state. */
end_done:
    false
}
