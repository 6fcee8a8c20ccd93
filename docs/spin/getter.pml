/* A thread or task that gets: the mirror image of putter.pml, but for CLOSED, which is in `tail` alone. */

proctype Getter(bit me; byte gets) {
    byte word, other, entry, node, op, when;
    bit removed;

begin:
    if
    :: op < gets
    :: true -> goto end_done
    fi;

attempt: /* Bounded::try_get */
    word = head;

get_at:
    if
    :: stamp[INDEX(word)] != FULL(word) -> goto hindered
    :: else
    fi;
    atomic { /* compare_exchange_weak */
        if
        :: CLAIM_FINDS(head, word) ->
            items_come_once_and_in_order = (cell[INDEX(word)] != 0) &&
                NUMBER_OF(cell[INDEX(word)]) == delivered[PUTTER_OF(cell[INDEX(word)])];
            assert(items_come_once_and_in_order);
            delivered[PUTTER_OF(cell[INDEX(word)])]++;
            head = CLAIMED(head, word);
            check_i1();
            entry = 0;
            when = FIRST;
            goto claimed
        :: head != word -> word = head; goto get_at
#ifndef NEVER_SPURIOUS
        :: head == word -> goto get_at
#endif
        fi
    };

hindered:
    if
    :: when == FIRST -> goto enter /* a thread: Inner::is_worth_a_moment */
    :: true
    fi;
    /* Bounded::why_no_item */
    if
    :: atomic { IS_END(tail, word) ->
            i6_nothing_is_on_its_way_at_the_end = SAME_POSITION(tail, head);
            assert(i6_nothing_is_on_its_way_at_the_end)
       };
       goto finish
    :: atomic { SAME_POSITION(tail, word) && !IS_END(tail, word) -> word = 0 }; goto stands
    :: else
    fi;
    if
    :: atomic { head != word -> word = head }; goto get_at
    :: head == word
    fi;
    /* Backoff::snooze, as in putter.pml. */
    stamp[INDEX(word)] == FULL(word) || head != word;
    goto get_at;

stands:
    if
    :: when != LAST
    :: CANCEL && when != ROUSED -> goto finish
    fi;

enter: /* Place::enter, Bounded::arm_getters */
    LOCK_TO_ARM(getters_locked);
    other = head;
    atomic {
        word = tail;
        if
        :: MAY_ENTER(!(word & CLOSED) && SAME_POSITION(word, other))
        :: else -> word = 0; other = 0; goto refused
        fi
    };
    atomic { /* compare_exchange */
        if
        :: ARM_FINDS(tail, word) -> tail = tail | WAITERS; check_i1(); word = 0; other = 0
        :: else -> word = 0; other = 0; goto refused
        fi
    };
    LOCK_TO_APPEND(getters_locked);
    append_and_unlock(getters, getters_locked, getters_last_ticket, entry, GETTERS_NODE(me, op));
    ARM_PARKER_LATE(GETTERS_NODE(me, op));
    POLL_ENDS(GETTERS_NODE(me, op));

    /* Parker::park, or a task that is not polled, as in putter.pml. */
    if
    :: d_step { parker[GETTERS_NODE(me, op)] == WOKEN -> parker[GETTERS_NODE(me, op)] = OUT; when = ROUSED }
    :: d_step { parker[GETTERS_NODE(me, op)] != WOKEN -> getters_asleep++ };
end_asleep:
       d_step { parker[GETTERS_NODE(me, op)] == WOKEN -> parker[GETTERS_NODE(me, op)] = OUT; when = ROUSED; getters_asleep-- }
    :: CANCEL && parker[GETTERS_NODE(me, op)] != WOKEN -> goto time_is_over
    :: CANCEL -> goto dropped
    fi;
    goto attempt;

refused:
    atomic { UNLOCK_REFUSED(getters_locked); when = REFUSED };
    goto attempt;

time_is_over: /* a thread: the end of wait::block */
    leave(tail, getters, getters_locked, entry, GETTERS_NODE(me, op), removed);
    removed = 0;
    when = LAST;
    goto LOOK_ONCE_MORE;

dropped: /* a task: Suspended::cancel */
    leave(tail, getters, getters_locked, entry, GETTERS_NODE(me, op), removed);
    if
    :: MUST_FORWARD(removed) -> wake_one(tail, getters, getters_locked, node)
    :: else
    fi;
    goto finish;

claimed: /* Inner::get. `word` is what the exchange replaced. */
#ifdef FAULT_NOTIFY_FIRST
    if
    :: word & WAITERS -> wake_one(head, putters, putters_locked, node)
    :: else
    fi;
#endif
    atomic {
        i5_the_slot_is_ours = (cell[INDEX(word)] != 0);
        assert(i5_the_slot_is_ours);
        cell[INDEX(word)] = 0
    };
    d_step { stamp[INDEX(word)] = FREE_AGAIN(word); word = word & WAITERS };
#ifndef FAULT_NOTIFY_FIRST
    if
    :: word & WAITERS -> word = 0; wake_one(head, putters, putters_locked, node)
    :: else
    fi;
#endif

finish:
    POLL_ENDS(GETTERS_NODE(me, op));
    word = 0;
    entry = 0;
    when = FIRST;
    removed = 0;
    op++;
    goto begin;

end_done:
    false
}
