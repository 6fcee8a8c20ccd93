/* The index words, the stamps and the slots of the ring: core/src/queue/word.rs, bounded.rs, slot.rs.
 *
 * The encoding is that of the sources. CAP, a power of two, is the number of slots:
 *
 *     tail, head    position * 4 | WAITERS | CLOSED      (a position is a lap and an index)
 *     stamp         the lap as it stands in the word: free; that | 1: full
 */

#ifndef CAP
#define CAP 1
#endif

#define CLOSED  1
#define WAITERS 2

#define ONE_LAP          (4 * CAP)
#define LAP(word)        (((word) / ONE_LAP) * ONE_LAP)
#define POSITION(word)   ((word) / 4)
#define INDEX(word)      (POSITION(word) % CAP)
#define NEXT(word)       ((word) + 4)
#define FREE(word)       LAP(word)
#define FULL(word)       (LAP(word) | 1)
#define FREE_AGAIN(word) (LAP(word) + ONE_LAP)

#define SAME_POSITION(a, b)  (POSITION(a) == POSITION(b))
#define IS_FULL(tail, head)  SAME_POSITION(tail, (head) + ONE_LAP)

byte tail = 0;
byte head = 0;
byte stamp[CAP] = 0;
byte cell[CAP] = 0; /* the item; 0: none */

/* What became of the items. Nobody goes by it. An item is its putter, and how many that one had put before; no putter
 * puts more than MOST. What is in the queue from the start has a putter of its own. */
#define MOST 2
#define EARLIER_PUTTER 2
#define ITEM(putter, number) (1 + (putter) * MOST + (number))
#define PUTTER_OF(item)      (((item) - 1) / MOST)
#define NUMBER_OF(item)      (((item) - 1) % MOST)

byte accepted[3] = 0;  /* for so many items of this putter a slot was claimed */
byte delivered[3] = 0; /* so many items of this putter were claimed by getters */

inline fill() {
    do
    :: !IS_FULL(tail, head) ->
        cell[INDEX(tail)] = ITEM(EARLIER_PUTTER, accepted[EARLIER_PUTTER]);
        accepted[EARLIER_PUTTER]++;
        stamp[INDEX(tail)] = FULL(tail);
        tail = NEXT(tail)
    :: else -> break
    od
}

/* What is asserted is named, so that a report says what was violated. Scratch: no part of a state. */
hidden byte i1_bit_is_set_while_somebody_waits;
hidden byte i3_whoever_was_taken_out_is_woken_once;
hidden byte i4_nobody_waits_when_the_bit_is_cleared;
hidden byte i5_the_slot_is_ours;
hidden byte i6_no_slot_is_claimed_after_close;
hidden byte i6_nothing_is_on_its_way_at_the_end;
hidden byte items_come_once_and_in_order;
hidden byte no_item_is_lost;
hidden byte nobody_is_stuck;
hidden byte no_getter_sleeps_beside_an_item;
hidden byte no_putter_sleeps_beside_room;
hidden byte nobody_sleeps_after_close;
