/* What a fault changes. Each is switched on by a macro of its name; without any, this is the protocol.
 *
 * Most faults break an invariant, which is asserted, and so would be found before they do harm. With CONSEQUENCES the
 * invariants of the line are not asserted, to see the harm.
 */

#ifdef CONSEQUENCES
#define INVARIANTS false
#else
#define INVARIANTS true
#endif

/* I2. The waiter looks at the word before it enters the line, and never again. */
#ifdef FAULT_NO_RECHECK
#define MAY_ENTER(nothing_to_do) true
#define ARM_FINDS(word, seen)    true
#else
/* I2. It looks again under the lock, but then sets the bit whatever the word is by now. */
#ifdef FAULT_RECHECK_THEN_SET
#define ARM_FINDS(word, seen)    true
#else
#define ARM_FINDS(word, seen)    (word == seen)
#endif
#define MAY_ENTER(nothing_to_do) (nothing_to_do)
#endif

/* The bit is set before the list is locked. */
#ifdef FAULT_ARM_UNLOCKED
#define LOCK_TO_ARM(locked)       skip
#define LOCK_TO_APPEND(locked)    lock(locked)
#define UNLOCK_REFUSED(locked)    skip
#else
#define LOCK_TO_ARM(locked)       lock(locked)
#define LOCK_TO_APPEND(locked)
#define UNLOCK_REFUSED(locked)    unlock(locked)
#endif

/* The waiter forgets an earlier wake-up only when it is in the list already. */
#ifdef FAULT_PARKER_ARMED_LATE
#define ARM_PARKER_LATE(node) d_step { parker[node] = (parker[node] == WOKEN -> OUT : parker[node]) }
#else
#define ARM_PARKER_LATE(node)
#endif

/* I2. The bit is taken from an earlier look at the word, not from the value that the exchange replaced. */
#ifdef FAULT_OLD_BIT
#define CLAIM_FINDS(word, seen) SAME_POSITION(word, seen)
#define CLAIMED(word, seen)     NEXT(word)
#else
/* The claim is a load and a store. */
#ifdef FAULT_CLAIM_BY_STORE
#define CLAIM_FINDS(word, seen) true
#else
#define CLAIM_FINDS(word, seen) (word == seen)
#endif
#define CLAIMED(word, seen)     NEXT(seen)
#endif

/* I3. A future that is dropped keeps the wake-up that it was given. */
#ifdef FAULT_NO_FORWARD
#define MUST_FORWARD(removed) false
#else
#define MUST_FORWARD(removed) (!removed)
#endif

/* I3. A thread whose time is over does not look once more. */
#ifdef FAULT_NO_LAST_LOOK
#define LOOK_ONCE_MORE finish
#else
#define LOOK_ONCE_MORE attempt
#endif

/* I4. The bit is cleared although others are still in the list. */
#ifdef FAULT_EARLY_DISARM
#define MUST_DISARM(list) true
#else
#define MUST_DISARM(list) (len(list) == 0)
#endif

/* The waker runs under the lock of the list. */
#ifdef FAULT_WAKE_UNDER_LOCK
#define WAKE_UNDER_LOCK(node)   wake(node)
#define WAKE_AFTER_UNLOCK(node) skip
#else
#define WAKE_UNDER_LOCK(node)
#define WAKE_AFTER_UNLOCK(node) wake(node)
#endif

/* I6. A putter does not look at CLOSED before it claims. */
#ifdef FAULT_PUT_AFTER_CLOSE
#define PUT_REFUSED(word) false
#else
#define PUT_REFUSED(word) (word & CLOSED)
#endif

/* I6. A getter takes a closed queue for empty while an item is on its way. */
#ifdef FAULT_END_BEFORE_LAST_ITEM
#define IS_END(tail, head) (tail & CLOSED)
#else
/* A getter that finds the queue empty does not look at CLOSED. */
#ifdef FAULT_BLIND_TO_END
#define IS_END(tail, head) false
#else
#define IS_END(tail, head) (SAME_POSITION(tail, head) && (tail & CLOSED))
#endif
#endif

/* I7. A putter does not look at CLOSED when it enters the line. */
#ifdef FAULT_ENTER_AFTER_CLOSE
#define ENTRY_REFUSED(word) false
#else
#define ENTRY_REFUSED(word) (word & CLOSED)
#endif
