//! Keys, and what is done for them.

use super::{App, Held, Screen, View};
use crate::keys::{Command, Context};
use crate::view::Column;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

impl App {
    pub(super) fn key(&mut self, event: KeyEvent) {
        let replays = self.replay.is_some() && self.context().is_behind_replay();
        let of_replay = replays.then(|| self.keymap.command(Context::Replay, event)).flatten();
        if let Some(command) = of_replay.or_else(|| self.keymap.command(self.context(), event)) {
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
                if let Some(id) = self.selected().cloned() {
                    self.store.keep_track(&id);
                    self.screen = Screen::Detail(id);
                    self.pane_top = 0;
                }
            }
            Command::ZoomOut => self.window = self.window.longer(),
            Command::ZoomIn => self.window = self.window.shorter(),
            Command::Primitives => self.show(View::Primitives),
            Command::Waiters => self.show(View::Waiters),
            Command::Problems => self.show(View::Problems),
            Command::Threads => self.show(View::Threads),
            Command::Filter => self.screen = Screen::Filter,
            Command::Accept => self.screen = Screen::Table,
            Command::Erase => {
                self.filter.pop();
                self.rearrange();
            }
            Command::Back => self.back(),
            Command::Sort => {
                match self.view {
                    View::Primitives => self.sort = self.sort.next(),
                    View::Waiters => self.wait_sort = self.wait_sort.next(),
                    // There is one order.
                    View::Problems | View::Threads => {}
                }
                self.rearrange();
            }
            Command::Reverse => {
                match self.view {
                    View::Primitives => self.sort = self.sort.reversed(),
                    View::Waiters => self.wait_sort = self.wait_sort.reversed(),
                    View::Problems => self.newest_first = !self.newest_first,
                    View::Threads => self.last_first = !self.last_first,
                }
                self.rearrange();
            }
            Command::Freeze => {
                self.frozen = match self.frozen.take() {
                    Some(_) => None,
                    None => {
                        let (store, host) = (self.store.clone(), self.host.clone());
                        Some(Box::new(Held { store, host }))
                    }
                };
                // Its places are another store's.
                self.arranged = None;
                self.rearrange();
            }
            Command::Help => {
                let covered = std::mem::replace(&mut self.screen, Screen::Table);
                self.screen = Screen::Help(Box::new(covered));
                self.pane_top = 0;
            }
            Command::Columns => {
                self.view = View::Primitives;
                self.screen = Screen::Columns(0);
                self.rearrange();
            }
            Command::Toggle => {
                if let Screen::Columns(at) = self.screen {
                    let width = usize::from(self.size.0);
                    self.columns.toggle(Column::ALL[at], width);
                }
            }
            Command::Mouse => self.mouse = !self.mouse,
            Command::Copy => self.wish_to_copy(),
            Command::Write => self.wish_to_write(),
            Command::Quit => self.quit = true,
            // For the recording, which is not ours.
            Command::Pause
            | Command::Step
            | Command::StepBack
            | Command::Skip
            | Command::SkipBack
            | Command::Faster
            | Command::Slower => self.asked.push(command),
        }
    }

    fn back(&mut self) {
        match std::mem::replace(&mut self.screen, Screen::Table) {
            Screen::Table | Screen::Filter => {
                self.filter.clear();
                self.rearrange();
            }
            Screen::Detail(_) | Screen::Columns(_) => {}
            Screen::Help(covered) => self.screen = *covered,
        }
        self.pane_top = 0;
    }
}
