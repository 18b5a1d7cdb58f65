import { describe, expect, it } from 'vitest';
import { Failure } from '../extraction.ts';
import { compileXPath, XPathCache } from './compile-xpath.ts';
import { count, evaluate } from './evaluate-xpath.ts';
import { parseXml, XmlReader } from './parse-xml.ts';

const EVENT = `<?xml version="1.0"?>
<e:Event xmlns:e="urn:events" xmlns:x="urn:x">
  <System><Provider Name="Kernel" x:Guid='{1}'/><EventID Qualifiers="">4624</EventID></System>
  <EventData>
    <Data Name="User">ann &amp; bob &#233;</Data>
    <Data Name="Host"><![CDATA[<web>]]>-1</Data>
    <Data Name="It's"/>
  </EventData>
  <Group><Item kind="a"><Id>1</Id></Item><Item kind="b"><Id>2</Id></Item></Group>
  <Group><Item kind="b"><Id>3</Id><Item><Id>4</Id></Item></Item></Group>
</e:Event>`;

function read(text: string, path: string): string | undefined {
  const document = parseXml(text);
  const xpath = compileXPath(path);
  if (document instanceof Failure) {
    return document.message;
  }
  return xpath instanceof Failure ? xpath.message : evaluate(document, xpath);
}

function counted(path: string): number | string {
  const document = parseXml(EVENT);
  const xpath = compileXPath(path);
  if (document instanceof Failure) {
    return document.message;
  }
  return xpath instanceof Failure ? xpath.message : count(document, xpath);
}

describe('xml', () => {
  it.each([
    ['/Event/System/EventID', '4624'],
    ['Event/System/EventID', '4624'],
    ['/any:Event/System/EventID', '4624'],
    [' /Event / System / EventID ', '4624'],
    ['/Event/System/Provider/@Name', 'Kernel'],
    ['/Event/System/Provider/@Guid', '{1}'],
    ['/Event/System/Provider/@x:Guid', '{1}'],
    ['/Event/System/EventID/@Qualifiers', ''],
    ["/Event/EventData/Data[@Name='User']", 'ann & bob é'],
    ['/Event/EventData/Data[@Name="Host"]', '<web>-1'],
    ['/Event/EventData/Data[2]/text()', '<web>-1'],
    ['/Event/EventData/Data[2]/@Name', 'Host'],
    ['/Event/EventData/Data[@Name="It\'s"]', ''],
    ['/Event/EventData/Data', 'ann & bob é'],
    ['/Event/EventData/Data[last()]/@Name', "It's"],
    ['/Event/EventData/Data[position()=2]/@Name', 'Host'],
    ["/Event/EventData/Data[@Name != 'User'][1]/@Name", 'Host'],
    ["/Event/Group/Item[@kind='b']/Id", '2'],
    ["/Event/Group/Item[@kind='b'][2]/Id", undefined],
    ['/Event/Group[2]/Item[1]/Id', '3'],
    ["/Event/Group/Item[Id='2']/@kind", 'b'],
    ["/Event/Group/Item[@kind and Id='3']/@kind", 'b'],
    ["/Event/Group/Item/Id[text()='2']", '2'],
    ["/*[local-name()='Event']/*[name()='System']/EventID", '4624'],
    ['//EventID', '4624'],
    ['//Item/Item/Id', '4'],
    ['/Event//Item[1]/Id', '1'],
    ['/Event/Group[2]/Item', '34'],
    ['/Event/Group[3]/Item', undefined],
    ['/Event/Group/Item[0]', undefined],
    ['/Event/Missing', undefined],
    ['/System', undefined],
    ['/Event/System/Provider/@Missing', undefined],
    ['/Event/System/Provider/text()', undefined],
  ])('%s reads %j', (path, expected) => {
    expect(read(EVENT, path)).toBe(expected);
  });

  it.each([
    ['/Event/EventData/Data', 3],
    ['/Event/Group/Item', 3],
    ['/Event/Group[1]/Item', 2],
    ['//Item', 4],
    ['//Item//Id', 4],
    ['//Group//Item', 4],
    ['//Item/@kind', 3],
    ['/Event/*', 4],
    ['/Nothing', 0],
  ])('%s counts %i', (path, expected) => {
    expect(counted(path)).toBe(expected);
  });

  it.each([
    '',
    '/',
    '/a/',
    '/a[',
    '/a[@b=c]',
    '/a/@b/c',
    '/a/text()/b',
    '/a/foo()',
    '/a[1]]',
    '/a b',
    '/a[%{i}]',
    '/..',
  ])('the path %j is invalid', (path) => {
    expect(compileXPath(path)).toEqual(new Failure(`invalid XPath ${JSON.stringify(path)}`));
  });

  it.each([
    ['plain text'],
    [''],
    ['<a>'],
    ['<a></b>'],
    ['<a b=1/>'],
    ['<a>&unknown;</a>'],
    ['<a><b></a></b>'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['<a>\u0000</a>'],
  ])('%j is no XML', (text) => {
    expect(parseXml(text)).toBeInstanceOf(Failure);
  });

  it('reads past a declaration, a DOCTYPE, comments and instructions', () => {
    expect(
      read(' \n<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><!-- b --><a>x<!-- c -->y<?p q?>z</a>\n', '/a'),
    ).toBe('xyz');
  });

  it('lets text stand around the top element, and several follow each other', () => {
    expect(read('Jan 1 host: <a>1</a> <b>2</b> end', '/b')).toBe('2');
  });

  it('takes the first match in the order of the document, however the matches nest', () => {
    expect(read('<a><a><b>1</b></a><b>2</b></a>', '//a/b')).toBe('1');
  });

  it('refuses what is too deep', () => {
    expect(read('<a>'.repeat(300), '/a')).toMatch(/levels/);
  });

  it('parses a text once as long as no other comes between', () => {
    const reader = new XmlReader();
    const first = reader.read('<a/>');
    expect(reader.read('<a/>')).toBe(first);
    expect(reader.read('<b/>')).not.toBe(first);
    expect(reader.read('<a/>')).not.toBe(first);
    const broken = reader.read('<a');
    expect(reader.read('<a')).toBe(broken);
    reader.clear();
    expect(reader.read('<a')).not.toBe(broken);
  });

  it('keeps the paths that were used last', () => {
    const cache = new XPathCache({ entries: 2 });
    const first = cache.get('/a[1]');
    const second = cache.get('/a[2]');
    expect(cache.get('/a[1]')).toBe(first);
    cache.get('/a[3]');
    expect(cache.get('/a[1]')).toBe(first);
    expect(cache.get('/a[2]')).not.toBe(second);
  });
});
