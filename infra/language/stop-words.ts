import type { Locale } from '../../contracts/texts.ts';
import { fold } from './words.ts';

/**
 * Articles, prepositions, conjunctions and pronouns: words that stand in every text and tell none from another. Short on purpose:
 * the usual lists also hold words that travellers search for (`été`, `noche`, `lugar`).
 */
const lists: Readonly<Record<Locale, string>> = {
  es: `a al ante como con contra de del desde donde e el ella ellas ellos en entre era es esa ese esta este esto estos estas fue ha
    hasta la las le les lo los mas me mi mis muy ni no nos nuestra nuestro o para pero por que se ser si sin sobre son su sus también
    te tu tus u un una unas uno unos y ya yo`,
  en: `a about an and are as at be been but by can do does for from had has have he her his how i if in into is it its me my no not
    of on or our s she so t than that the their them then there these they this those to was we were what when where which who will
    with you your`,
  pt: `a ao aos as às à com como da das de do dos e é ela elas ele eles em entre era essa esse esta este eu foi isso isto já lhe mais
    mas me meu minha muito na nas nem no nos nossa nosso não o os ou para pela pelas pelo pelos por quando que quem se sem ser seu
    seus sua suas são só também te tem um uma umas uns você`,
  fr: `a à au aux avec c ce ces cet cette d dans de des du elle elles en est et eux il ils j je l la le les leur leurs lui m ma mais
    me mes moi mon n ne nos notre nous on ou où par pas pour qu que qui s sa sans se ses son sont sur t ta te tes toi ton tu un une
    vos votre vous y`,
};

const split = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/).flatMap((word) => [word, fold(word)]));

const stopWords: Readonly<Record<Locale, ReadonlySet<string>>> = {
  es: split(lists.es),
  en: split(lists.en),
  pt: split(lists.pt.replace(' são ', ' ')), // also a saint's title in the names of cities: São Paulo
  fr: split(lists.fr),
};

export const isStopWord = (locale: Locale, word: string): boolean => stopWords[locale].has(word);

/** Lower case, with and without accents. */
export const stopWordsOf = (locale: Locale): readonly string[] => [...stopWords[locale]];
