//! What the viewer shows, and how that changes: `event -> Action -> App::update(action, now)`.
//!
//! ```text
//!            /            Enter
//!  Filter ◀──── Table ────────▶ Detail      the table of one View: 1 primitives, 2 waiters, ...
//!         ────▶   │  ◀──────── Esc │
//!    Enter, Esc   └──▶ Help ◀──────┘ ?
//! ```
//!
//! Nothing here draws, reads a clock or waits: [`view::draw`](crate::view::draw) looks at an [`App`] and
//! changes nothing.

mod list;
mod look;
mod mouse;
mod obey;
mod wish;

pub use wish::Wish;

use crate::client;
use crate::keys::{Command, Context, Keymap};
use crate::model::{
    Filter, Problem, Rule, Sort, Store, Thresholds, WaitAt, WaitId, WaitSort, Window, arrange,
    arrange_threads, arrange_waits, find_problems,
};
use crate::recording::Status;
use crate::view::{Column, Columns, layout};
use crate::viewer::Settings;
use crate::wire::{Hello, RowId};
use crossterm::event::{KeyEvent, MouseEvent};
use list::{Cursor, List};
use std::time::Duration;

/// Something that happened.
#[derive(Debug)]
pub enum Action {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// The terminal has this many columns and lines.
    Resize(u16, u16),
    /// The client has news.
    Link(client::Event),
    /// More of them: what is listed is sorted once, however many there are.
    Links(Vec<client::Event>),
    /// What is shown is a recording, and this is where it is.
    Replay(Status),
    /// What became of a wish.
    Said(String),
    /// Time has passed.
    Tick,
}

/// The connection to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not connected yet.
    Connecting,
    /// Connected.
    Live,
    /// Not connected any more, or never.
    Lost {
        /// Since when, on the viewer's clock.
        since: Duration,
        /// Why.
        reason: String,
        /// Whether nobody tries to connect again.
        last: bool,
    },
}

/// What the table lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// All primitives.
    #[default]
    Primitives,
    /// All blocked calls.
    Waiters,
    /// What looks wrong.
    Problems,
    /// What each thread is blocked on, or was last.
    Threads,
}

/// Which pane has the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The table of the view.
    Table,
    /// The table, while a filter is typed.
    Filter,
    /// One primitive.
    Detail(RowId),
    /// Where columns are chosen, and which one is selected.
    Columns(usize),
    /// The help; the pane that it covers comes back after it.
    Help(Box<Screen>),
}

/// A picture that is held: what is known goes on, and may come to be of another host.
#[derive(Debug)]
struct Held {
    store: Store,
    host: Option<Hello>,
}

/// What is shown of what is known; the rest of the viewer can be changed meanwhile.
fn shown<'a>(frozen: &'a Option<Box<Held>>, store: &'a Store) -> &'a Store {
    frozen.as_ref().map_or(store, |held| &held.store)
}

/// The whole state of the viewer.
#[derive(Debug)]
pub struct App {
    now: Duration,
    size: (u16, u16),
    link: Link,
    host: Option<Hello>,
    store: Store,
    frozen: Option<Box<Held>>,
    filter: Filter,
    screen: Screen,
    view: View,
    /// Positions in the shown store. Only the list of the view is kept up to date.
    primitives: List<usize, RowId>,
    sort: Sort,
    /// By what the list of primitives was made, if that is all that it depends on.
    arranged: Option<(u64, Sort)>,
    /// The same.
    waiters: List<WaitAt, WaitId>,
    wait_sort: WaitSort,
    /// What looks wrong in the shown store, and what of it is listed.
    found: Vec<Problem>,
    problems: List<usize, (Rule, RowId)>,
    thresholds: Thresholds,
    newest_first: bool,
    /// By their ids.
    threads: List<usize, String>,
    last_first: bool,
    /// How much of the past a chart shows.
    window: Window,
    /// The first line of the pane above the table.
    pane_top: usize,
    replay: Option<Status>,
    /// What was asked of the recording and is not done yet.
    asked: Vec<Command>,
    columns: Columns,
    keymap: Keymap,
    mouse: bool,
    wishes: Vec<Wish>,
    /// What became of the last one, and when.
    said: Option<(String, Duration)>,
    quit: bool,
}

impl App {
    /// A viewer that knows nothing yet, on a terminal of this size.
    pub fn new(width: u16, height: u16) -> Self {
        App {
            now: Duration::ZERO,
            size: (width, height),
            link: Link::Connecting,
            host: None,
            store: Store::default(),
            frozen: None,
            filter: Filter::default(),
            screen: Screen::Table,
            view: View::default(),
            primitives: List::default(),
            sort: Sort::default(),
            arranged: None,
            waiters: List::default(),
            wait_sort: WaitSort::default(),
            found: Vec::new(),
            problems: List::default(),
            thresholds: Thresholds::default(),
            newest_first: false,
            threads: List::default(),
            last_first: false,
            window: Window::default(),
            pane_top: 0,
            replay: None,
            asked: Vec::new(),
            columns: Columns::default(),
            keymap: Keymap::default(),
            mouse: true,
            wishes: Vec::new(),
            said: None,
            quit: false,
        }
    }

    /// The same, as the user wants it.
    pub fn with_settings(self, settings: Settings) -> Self {
        let Settings { thresholds, columns, keymap, mouse, theme: _ } = settings;
        App { thresholds, columns, keymap, mouse, ..self }
    }

    /// What was asked of the recording since the last call.
    pub fn take_asked(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.asked)
    }

    /// Takes in what happened at `now`, a time since any fixed moment.
    pub fn update(&mut self, action: Action, now: Duration) {
        self.now = now;
        match action {
            Action::Key(event) => self.key(event),
            Action::Mouse(event) => self.point(event),
            Action::Resize(width, height) => self.size = (width, height),
            Action::Link(event) => self.hear_all([event]),
            Action::Links(events) => self.hear_all(events),
            Action::Replay(status) => self.replay = Some(status),
            Action::Said(text) => self.say(text),
            Action::Tick => {}
        }
        self.settle();
    }

    fn hear_all(&mut self, events: impl IntoIterator<Item = client::Event>) {
        events.into_iter().for_each(|event| self.hear(event));
        // Also if it was made anew.
        if let Screen::Detail(id) = &self.screen {
            self.store.keep_track(id);
        }
        // Also after half an answer: the positions in the old order may be another row's by now.
        if self.frozen.is_none() {
            self.rearrange();
        }
    }

    fn hear(&mut self, event: client::Event) {
        match event {
            client::Event::Restarted => self.forget(),
            client::Event::Connected(hello) => {
                // The past of another run would be a lie.
                let same_run =
                    self.host.as_ref().is_some_and(|host| host.started_us == hello.started_us);
                if !same_run {
                    self.forget();
                }
                if let (Some(last), Link::Lost { .. }) = (&self.host, &self.link)
                    && last.pid != hello.pid
                {
                    let same =
                        if last.program == hello.program { ", the same program" } else { "" };
                    let (pid, last) = (hello.pid, last.pid);
                    self.say(format!("pid {last} is no more: this is pid {pid}{same}"));
                }
                self.host = Some(hello);
                self.link = Link::Live;
            }
            client::Event::Changes(page) => self.store.apply(page),
            client::Event::Lost { reason, last } => {
                let since = match self.link {
                    Link::Lost { since, .. } => since,
                    _ => self.now,
                };
                self.link = Link::Lost { since, reason, last };
            }
        }
    }

    fn forget(&mut self) {
        self.store = Store::default();
        self.arranged = None;
    }

    fn show(&mut self, view: View) {
        self.view = view;
        self.screen = Screen::Table;
        self.rearrange();
    }

    /// Moves the cursor of the table or the view of a pane; `by` gets the place and the lines on a screen.
    fn step(&mut self, by: impl Fn(usize, usize) -> usize) {
        if let Screen::Columns(at) = &mut self.screen {
            *at = by(*at, Column::ALL.len()).min(Column::ALL.len() - 1);
            return;
        }
        if !matches!(self.screen, Screen::Table | Screen::Filter) {
            self.pane_top = by(self.pane_top, layout::pane_lines(&self.screen, self.size).max(1));
            return;
        }
        let lines = layout::table_lines(self.view, self.size);
        self.move_cursor(|cursor| by(cursor.at, lines));
    }

    /// Moves the cursor of the table.
    fn move_cursor(&mut self, to: impl FnOnce(Cursor) -> usize) {
        let store = shown(&self.frozen, &self.store);
        match self.view {
            View::Primitives => {
                self.primitives.move_cursor(to, |at| store.entries()[at].row().id.clone());
            }
            View::Waiters => self.waiters.move_cursor(to, |at| at.look_up(store).id()),
            View::Problems => {
                let found = &self.found;
                self.problems.move_cursor(to, |at| (found[at].rule, found[at].on.clone()));
            }
            View::Threads => {
                let id = |at: usize| store.threads()[at].blocked.thread_id.clone();
                self.threads.move_cursor(to, id);
            }
        }
    }

    /// Filters and sorts anew; the cursor stays with its row if that is still shown.
    fn rearrange(&mut self) {
        let store = shown(&self.frozen, &self.store);
        self.found = find_problems(store, self.thresholds);
        match self.view {
            View::Primitives => {
                let is_fixed = self.filter.is_empty() && self.sort.is_fixed();
                let arranged = is_fixed.then_some((store.arrivals(), self.sort));
                if arranged.is_some() && self.arranged == arranged {
                    return;
                }
                self.arranged = arranged;
                let order = arrange(store, &self.filter, self.sort);
                let selected = self.primitives.selected().and_then(|id| store.place(id));
                self.primitives.rearrange(
                    order,
                    |at| store.entries()[at].row().id.clone(),
                    |_, at| Some(at) == selected,
                );
            }
            View::Waiters => {
                let order = arrange_waits(store, &self.filter, self.wait_sort);
                let wait = |at: WaitAt| at.look_up(store);
                self.waiters.rearrange(order, |at| wait(at).id(), |id, at| wait(at).is(id));
            }
            View::Problems => {
                let found = &self.found;
                let passes = |at: &usize| match store.get(&found[*at].on) {
                    Some(entry) => self.filter.accepts(entry, store.ticks()),
                    // A caller may be refused a name that nothing has.
                    None => self.filter.is_empty(),
                };
                let mut order: Vec<usize> = (0..found.len()).filter(passes).collect();
                if self.newest_first {
                    order.reverse();
                    order.sort_by_key(|at| found[*at].is_past());
                }
                self.problems.rearrange(
                    order,
                    |at| (found[at].rule, found[at].on.clone()),
                    |(rule, on), at| found[at].rule == *rule && found[at].on == *on,
                );
            }
            View::Threads => {
                let order = arrange_threads(store, &self.filter, self.last_first);
                let selected = self.threads.selected().and_then(|id| store.place_of_thread(id));
                self.threads.rearrange(
                    order,
                    |at| store.threads()[at].blocked.thread_id.clone(),
                    |_, at| Some(at) == selected,
                );
            }
        }
    }

    /// The primitive of the selected line.
    fn selected(&self) -> Option<&RowId> {
        match self.view {
            View::Primitives => self.primitives.selected(),
            View::Waiters => self.waiters.selected().map(|id| &id.on),
            View::Problems => self.problems.selected().map(|(_, on)| on),
            View::Threads => {
                let id = self.threads.selected()?;
                let place = self.store().place_of_thread(id)?;
                Some(&self.store().threads()[place].on)
            }
        }
    }

    /// Keeps what is looked at on the screen.
    fn settle(&mut self) {
        let lines = layout::table_lines(self.view, self.size);
        match self.view {
            View::Primitives => self.primitives.settle(lines),
            View::Waiters => self.waiters.settle(lines),
            View::Problems => self.problems.settle(lines),
            View::Threads => self.threads.settle(lines),
        }
        let content = match &self.screen {
            Screen::Detail(id) => self.store().get(id).map_or(0, |entry| entry.row().blocked.len()),
            Screen::Help(_) => layout::help_lines(&self.keymap),
            _ => 0,
        };
        let room = layout::pane_lines(&self.screen, self.size);
        self.pane_top = self.pane_top.min(content.saturating_sub(room));
    }

    fn context(&self) -> Context {
        match self.screen {
            Screen::Table => Context::Table,
            Screen::Filter => Context::Filter,
            Screen::Detail(_) => Context::Detail,
            Screen::Columns(_) => Context::Columns,
            Screen::Help(_) => Context::Help,
        }
    }
}
