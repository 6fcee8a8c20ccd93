/* A thread or task that puts: core/src/queue/bounded.rs and inner.rs, and both loops of core/src/wait.rs.
 *
 * Every look at a word or a stamp is a step, and so is every change. Names in capitals that are not in words.pml or
 * line.pml are in faults.pml, and mean what they say. */

/* When an operation attempts. */
#define FIRST   0 /* before it was in the line: at once, or while the thread lingers */
#define REFUSED 1 /* it was not let into the line, for the word says that it may proceed */
#define ROUSED  2 /* it was woken */
#define LAST    3 /* its time is over, and it has left the line */

proctype Putter(bit me; byte puts) {
    byte word, other, entry, node, op, when;
    bit removed;

begin:
    if
    :: op < puts
    :: true -> goto end_done
    fi;

attempt: /* Bounded::try_put */
    word = tail;

put_at:
    if
    :: stamp[INDEX(word)] != FREE(word) || PUT_REFUSED(word) -> goto hindered
    :: else
    fi;
    atomic { /* compare_exchange_weak */
        if
        :: CLAIM_FINDS(tail, word) ->
            i6_no_slot_is_claimed_after_close = !(tail & CLOSED);
            assert(i6_no_slot_is_claimed_after_close);
            tail = CLAIMED(tail, word);
            accepted[me]++;
            check_i1();
            entry = 0;
            when = FIRST;
            goto claimed
        :: tail != word -> word = tail; goto put_at
#ifndef NEVER_SPURIOUS
        :: tail == word -> goto put_at
#endif
        fi
    };

hindered:
    if
    :: when == FIRST && !(word & CLOSED) -> goto enter /* a thread: Inner::is_worth_a_moment */
    :: true
    fi;
    /* Bounded::why_no_room */
    if
    :: word & CLOSED -> goto finish
    :: else
    fi;
    if
    :: atomic { IS_FULL(word, head) -> word = 0 }; goto stands
    :: else
    fi;
    if
    :: atomic { tail != word -> word = tail }; goto put_at
    :: tail == word
    fi;
    /* Backoff::snooze. As long as neither changes, every further round ends here again. */
    stamp[INDEX(word)] == FREE(word) || tail != word;
    goto put_at;

stands:
    if
    :: when != LAST
    :: CANCEL && when != ROUSED -> goto finish
    fi;

enter: /* Place::enter, Bounded::arm_putters */
    LOCK_TO_ARM(putters_locked);
    word = tail;
    atomic {
        other = head;
        if
        :: MAY_ENTER(!ENTRY_REFUSED(word) && IS_FULL(word, other))
        :: else -> word = 0; other = 0; goto refused
        fi
    };
    atomic { /* compare_exchange */
        if
        :: ARM_FINDS(head, other) -> head = head | WAITERS; check_i1(); word = 0; other = 0
        :: else -> word = 0; other = 0; goto refused
        fi
    };
    LOCK_TO_APPEND(putters_locked);
    append_and_unlock(putters, putters_locked, putters_last_ticket, entry, PUTTERS_NODE(me, op));
    ARM_PARKER_LATE(PUTTERS_NODE(me, op));
    POLL_ENDS(PUTTERS_NODE(me, op));

    /* Parker::park, or a task that is not polled. Who will never give up says so: for the last look in waiting.pml. */
    if
    :: d_step { parker[PUTTERS_NODE(me, op)] == WOKEN -> parker[PUTTERS_NODE(me, op)] = OUT; when = ROUSED }
    :: d_step { parker[PUTTERS_NODE(me, op)] != WOKEN -> putters_asleep++ };
end_asleep:
       d_step { parker[PUTTERS_NODE(me, op)] == WOKEN -> parker[PUTTERS_NODE(me, op)] = OUT; when = ROUSED; putters_asleep-- }
    :: CANCEL && parker[PUTTERS_NODE(me, op)] != WOKEN -> goto time_is_over
    :: CANCEL -> goto dropped
    fi;
    goto attempt;

refused:
    atomic { UNLOCK_REFUSED(putters_locked); when = REFUSED };
    goto attempt;

time_is_over: /* a thread: the end of wait::block */
    leave(head, putters, putters_locked, entry, PUTTERS_NODE(me, op), removed);
    removed = 0;
    when = LAST;
    goto LOOK_ONCE_MORE;

dropped: /* a task: Suspended::cancel */
    leave(head, putters, putters_locked, entry, PUTTERS_NODE(me, op), removed);
    if
    :: MUST_FORWARD(removed) -> wake_one(head, putters, putters_locked, node)
    :: else
    fi;
    goto finish;

claimed: /* Inner::put. `word` is what the exchange replaced. */
#ifdef FAULT_NOTIFY_FIRST
    if
    :: word & WAITERS -> wake_one(tail, getters, getters_locked, node)
    :: else
    fi;
#endif
    atomic {
        i5_the_slot_is_ours = (cell[INDEX(word)] == 0);
        assert(i5_the_slot_is_ours);
        cell[INDEX(word)] = ITEM(me, accepted[me] - 1)
    };
    d_step { stamp[INDEX(word)] = FULL(word); word = word & WAITERS };
#ifndef FAULT_NOTIFY_FIRST
    if
    :: word & WAITERS -> word = 0; wake_one(tail, getters, getters_locked, node)
    :: else
    fi;
#endif

finish:
    POLL_ENDS(PUTTERS_NODE(me, op));
    word = 0;
    entry = 0;
    when = FIRST;
    removed = 0;
    op++;
    goto begin;

end_done:
    false
}
