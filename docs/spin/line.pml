/* The line of waiters: core/src/wait.rs, core/src/parker.rs.
 *
 * A line is a lock, a list of nodes in the order of their tickets, and the waiter bit in a word. A node belongs to one
 * operation of one thread or task. Nobody touches the list without the lock, so a change of the list is one step with
 * the locking before it or the unlocking after it. Every access to the word is a step of its own, lock or not.
 */

/* Each side has nodes for two operations of two: the putters from 0 on, the getters from 4 on. */
#define NODES 8
#define NOBODY NODES
#define PUTTERS_NODE(me, op) ((me) * 2 + (op))
#define GETTERS_NODE(me, op) (4 + (me) * 2 + (op))

/* What is in the list: the ticket, then the node, so the order of the numbers is that of the tickets. */
#define ENTRY(ticket, node) ((ticket) * NODES + (node))
#define NODE_OF(entry)      ((entry) % NODES)

chan putters = [2] of { byte };
chan getters = [2] of { byte };
bit putters_locked = 0;
bit getters_locked = 0;
byte putters_last_ticket = 0;
byte getters_last_ticket = 0;

/* Where the node of an operation is, and whether its parker was woken. A parker has a mutex of its own and each
 * use of it is one critical section, so one step. */
#define OUT       0 /* neither in the list nor woken */
#define IN_LINE   1
#define OWED      2 /* taken out, to be woken (I3) */
#define WOKEN     3
#define ABANDONED 4 /* taken out, to be woken, but its owner has given up */
byte parker[NODES] = OUT;

/* A waker is user code. It may poll the task that it wakes, there and then. One bit for each node. */
byte polled_by_waker = 0;
#define POLLED(node) (polled_by_waker & (1 << (node)))
#ifdef INLINE_WAKER
#define POLL_ENDS(node) polled_by_waker = polled_by_waker & (255 - (1 << (node)))
#else
#define POLL_ENDS(node) skip
#endif

#define SHOWS(word, list, locked) (locked || len(list) == 0 || (word & WAITERS))

inline check_i1() {
    i1_bit_is_set_while_somebody_waits =
        !INVARIANTS || (SHOWS(tail, getters, getters_locked) && SHOWS(head, putters, putters_locked));
    assert(i1_bit_is_set_while_somebody_waits)
}

inline lock(locked) {
    d_step { !locked -> locked = 1 }
}

inline unlock(locked) {
    d_step { locked = 0; check_i1() }
}

/* Condition::disarm: one fetch_and. */
inline disarm(word, list) {
    d_step {
        i4_nobody_waits_when_the_bit_is_cleared = !INVARIANTS || len(list) == 0;
        assert(i4_nobody_waits_when_the_bit_is_cleared);
        word = word & (255 - WAITERS);
        check_i1()
    }
}

/* The end of Place::enter. `entry` is 0 if the waiter has no ticket yet. */
inline append_and_unlock(list, locked, last_ticket, entry, node) {
    d_step {
        if
        :: entry == 0 -> last_ticket++; entry = ENTRY(last_ticket, node)
        :: else
        fi;
        list!!entry;
        assert(parker[node] == OUT); /* nobody else can reach it: what Parker::arm relies upon */
        parker[node] = IN_LINE;
        locked = 0;
        check_i1()
    }
}

/* Place::leave. `removed`: the node was still in the list. Nobody looks at the parker after that. */
inline leave(word, list, locked, entry, node, removed) {
    d_step {
        !locked -> locked = 1;
        removed = (parker[node] == IN_LINE);
        if
        :: parker[node] == IN_LINE -> list??eval(entry); parker[node] = OUT
        :: parker[node] == OWED -> parker[node] = ABANDONED
        :: else -> parker[node] = OUT /* woken */
        fi;
        entry = 0
    };
    if
    :: removed && len(list) == 0 -> disarm(word, list)
    :: else
    fi;
    unlock(locked)
}

inline take_out(list, node) {
    if
    :: len(list) > 0 -> list?node; node = NODE_OF(node); parker[node] = OWED
    :: else -> node = NOBODY
    fi
}

/* Parker::wake. */
inline set_woken(node) {
    i3_whoever_was_taken_out_is_woken_once = (parker[node] == OWED || parker[node] == ABANDONED);
    assert(i3_whoever_was_taken_out_is_woken_once);
    parker[node] = (parker[node] == OWED -> WOKEN : OUT)
}

inline wake(node) {
    if
    :: node != NOBODY ->
        if
        :: d_step { set_woken(node); node = 0 }
#ifdef INLINE_WAKER
        :: d_step { parker[node] == OWED -> set_woken(node); polled_by_waker = polled_by_waker | (1 << node) };
           d_step { !POLLED(node) -> node = 0 }
#endif
        fi
    :: else -> node = 0
    fi
}

/* WaitList::wake_first. `first` is a variable of the caller. */
inline wake_one(word, list, locked, first) {
    d_step { !locked -> locked = 1; take_out(list, first) };
    if
    :: MUST_DISARM(list) -> disarm(word, list)
    :: else
    fi;
    WAKE_UNDER_LOCK(first);
    unlock(locked);
    WAKE_AFTER_UNLOCK(first)
}

/* WaitList::wake_all, of no more than two. */
inline wake_all(word, list, locked, first, second) {
    d_step { !locked -> locked = 1; take_out(list, first); take_out(list, second) };
    disarm(word, list);
    unlock(locked);
    wake(first);
    wake(second)
}
