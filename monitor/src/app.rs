//! What the viewer shows, and how that changes: `event -> Action -> App::update(action, now)`.
//!
//! ```text
//!            /            Enter
//!  Filter ◀──── Table ────────▶ Detail
//!         ────▶   │  ◀──────── Esc │
//!    Enter, Esc   └──▶ Help ◀──────┘ ?
//! ```
//!
//! Nothing here draws, reads a clock or waits: [`view::draw`](crate::view::draw) looks at an [`App`] and
//! changes nothing.

use crate::client;
use crate::keys::{self, Command, Context};
use crate::model::{Entry, Filter, Sort, Store, arrange};
use crate::view::layout;
use crate::wire::{Hello, RowId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::time::Duration;

/// Something that happened.
#[derive(Debug)]
pub enum Action {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has this many columns and lines.
    Resize(u16, u16),
    /// The client has news.
    Link(client::Event),
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

/// Which pane has the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The table.
    Table,
    /// The table, while a filter is typed.
    Filter,
    /// One primitive.
    Detail(RowId),
    /// The help; the pane that it covers comes back after it.
    Help(Box<Screen>),
}

/// The whole state of the viewer.
#[derive(Debug)]
pub struct App {
    now: Duration,
    size: (u16, u16),
    link: Link,
    host: Option<Hello>,
    store: Store,
    frozen: Option<Box<Store>>,
    sort: Sort,
    filter: Filter,
    screen: Screen,
    /// Positions in the shown store, filtered and sorted.
    order: Vec<usize>,
    /// The row that the cursor stays with when rows move.
    selected: Option<RowId>,
    cursor: usize,
    /// The first line on the screen: of the table, and of the pane above it.
    table_top: usize,
    pane_top: usize,
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
            sort: Sort::default(),
            filter: Filter::default(),
            screen: Screen::Table,
            order: Vec::new(),
            selected: None,
            cursor: 0,
            table_top: 0,
            pane_top: 0,
            quit: false,
        }
    }

    /// Takes in what happened at `now`, a time since any fixed moment.
    pub fn update(&mut self, action: Action, now: Duration) {
        self.now = now;
        match action {
            Action::Key(event) => self.key(event),
            Action::Resize(width, height) => self.size = (width, height),
            Action::Link(event) => self.hear(event),
            Action::Tick => {}
        }
        self.settle();
    }

    fn hear(&mut self, event: client::Event) {
        match event {
            client::Event::Connected(hello) => {
                // The past of another run would be a lie.
                let same_run =
                    self.host.as_ref().is_some_and(|host| host.started_us == hello.started_us);
                if !same_run {
                    self.store = Store::default();
                    if self.frozen.is_none() {
                        self.rearrange();
                    }
                }
                self.host = Some(hello);
                self.link = Link::Live;
            }
            client::Event::Changes(page) => {
                self.store.apply(page);
                // Also after half an answer: the positions in the old order may be another row's by now.
                if self.frozen.is_none() {
                    self.rearrange();
                }
            }
            client::Event::Lost { reason, last } => {
                let since = match self.link {
                    Link::Lost { since, .. } => since,
                    _ => self.now,
                };
                self.link = Link::Lost { since, reason, last };
            }
        }
    }

    fn key(&mut self, event: KeyEvent) {
        if let Some(command) = keys::command(self.context(), event) {
            self.obey(command);
        } else if let (Screen::Filter, KeyCode::Char(c)) = (&self.screen, event.code)
            && !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
        {
            self.filter.push(c);
            self.rearrange();
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Up => self.step(|at, _| at.saturating_sub(1)),
            Command::Down => self.step(|at, _| at.saturating_add(1)),
            Command::PageUp => self.step(usize::saturating_sub),
            Command::PageDown => self.step(usize::saturating_add),
            Command::First => self.step(|_, _| 0),
            Command::Last => self.step(|_, _| usize::MAX),
            Command::Open => {
                if let Some(id) = &self.selected {
                    self.screen = Screen::Detail(id.clone());
                    self.pane_top = 0;
                }
            }
            Command::Filter => self.screen = Screen::Filter,
            Command::Accept => self.screen = Screen::Table,
            Command::Erase => {
                self.filter.pop();
                self.rearrange();
            }
            Command::Back => self.back(),
            Command::Sort => {
                self.sort = self.sort.next();
                self.rearrange();
            }
            Command::Reverse => {
                self.sort = self.sort.reversed();
                self.rearrange();
            }
            Command::Freeze => {
                self.frozen = match self.frozen.take() {
                    Some(_) => None,
                    None => Some(Box::new(self.store.clone())),
                };
                self.rearrange();
            }
            Command::Help => {
                let covered = std::mem::replace(&mut self.screen, Screen::Table);
                self.screen = Screen::Help(Box::new(covered));
                self.pane_top = 0;
            }
            Command::Quit => self.quit = true,
        }
    }

    fn back(&mut self) {
        match std::mem::replace(&mut self.screen, Screen::Table) {
            Screen::Table | Screen::Filter => {
                self.filter.clear();
                self.rearrange();
            }
            Screen::Detail(_) => {}
            Screen::Help(covered) => self.screen = *covered,
        }
        self.pane_top = 0;
    }

    /// Moves the cursor of the table or the view of a pane; `by` gets the place and the lines on a screen.
    fn step(&mut self, by: impl Fn(usize, usize) -> usize) {
        if let Screen::Table | Screen::Filter = self.screen {
            self.cursor = by(self.cursor, layout::table_lines(self.size))
                .min(self.order.len().saturating_sub(1));
            self.selected = self.entry_at(self.cursor).map(|entry| entry.row().id.clone());
        } else {
            self.pane_top = by(self.pane_top, layout::pane_lines(&self.screen, self.size).max(1));
        }
    }

    /// Filters and sorts anew; the cursor stays with its row if that is still shown.
    fn rearrange(&mut self) {
        self.order = arrange(self.store(), &self.filter, self.sort);
        let entries = self.store().entries();
        let found = self
            .selected
            .as_ref()
            .and_then(|id| self.order.iter().position(|at| entries[*at].row().id == *id));
        self.cursor = found.unwrap_or(self.cursor.min(self.order.len().saturating_sub(1)));
        self.selected = self.entry_at(self.cursor).map(|entry| entry.row().id.clone());
    }

    /// Keeps what is looked at on the screen.
    fn settle(&mut self) {
        let lines = layout::table_lines(self.size).max(1);
        let lowest = (self.cursor + 1).saturating_sub(lines);
        let no_gap = self.order.len().saturating_sub(lines);
        self.table_top =
            self.table_top.clamp(lowest, self.cursor.max(lowest)).min(no_gap.max(lowest));
        let content = match &self.screen {
            Screen::Detail(id) => self.store().get(id).map_or(0, |entry| entry.row().blocked.len()),
            Screen::Help(_) => layout::help_lines(),
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
            Screen::Help(_) => Context::Help,
        }
    }

    fn entry_at(&self, place: usize) -> Option<&Entry> {
        self.order.get(place).map(|at| &self.store().entries()[*at])
    }
}

/// What the view may look at.
impl App {
    /// The time of the last update.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// The terminal's columns and lines.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The connection.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The host, once it has been heard of.
    pub fn host(&self) -> Option<&Hello> {
        self.host.as_ref()
    }

    /// What is shown: the frozen picture if there is one.
    pub fn store(&self) -> &Store {
        self.frozen.as_deref().unwrap_or(&self.store)
    }

    /// Whether the picture is held.
    pub fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// The order of the table.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The filter of the table.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Which pane has the screen.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Where keys go.
    pub fn key_context(&self) -> Context {
        self.context()
    }

    /// How many rows pass the filter.
    pub fn shown(&self) -> usize {
        self.order.len()
    }

    /// The rows that fit into `lines` lines, and which of them is selected.
    pub fn visible(&self, lines: usize) -> (impl Iterator<Item = &Entry>, Option<usize>) {
        let rows = self.order.iter().skip(self.table_top).take(lines);
        let selected = self.cursor.checked_sub(self.table_top).filter(|_| !self.order.is_empty());
        (rows.map(|at| &self.store().entries()[*at]), selected)
    }

    /// The first line of the pane that is not scrolled out.
    pub fn pane_top(&self) -> usize {
        self.pane_top
    }

    /// Whether the viewer is to end.
    pub fn wants_to_quit(&self) -> bool {
        self.quit
    }
}
