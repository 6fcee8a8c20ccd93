//! The mouse: the wheel, and clicks on lines, heads of columns, and tabs.

use super::App;
use crate::view::hit::{Hit, hit};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// How many lines a notch of the wheel is.
const NOTCH: usize = 3;

impl App {
    pub(super) fn point(&mut self, event: MouseEvent) {
        match event.kind {
            MouseEventKind::ScrollUp => self.step(|at, _| at.saturating_sub(NOTCH)),
            MouseEventKind::ScrollDown => self.step(|at, _| at.saturating_add(NOTCH)),
            MouseEventKind::Down(MouseButton::Left) => {
                if let Some(hit) = hit(self, event.column, event.row) {
                    self.click(hit);
                }
            }
            _ => {}
        }
    }

    fn click(&mut self, hit: Hit) {
        match hit {
            Hit::View(view) => self.show(view),
            Hit::SortBy(key) => {
                self.sort = self.sort.by(key);
                self.rearrange();
            }
            Hit::SortWaitsBy(key) => {
                self.wait_sort = self.wait_sort.by(key);
                self.rearrange();
            }
            Hit::Line(line) => self.move_cursor(|cursor| {
                let pointed = cursor.top + line;
                if pointed < cursor.lines { pointed } else { cursor.at }
            }),
        }
    }
}
